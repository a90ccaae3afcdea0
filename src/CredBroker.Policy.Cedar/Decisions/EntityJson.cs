using System.Text.Json;
using CredBroker.Policy.Cedar.Documents;
using CredBroker.Tasks;
using CredBroker.Templates;

namespace CredBroker.Policy.Cedar.Decisions;

/// <summary>Writes entities as the schema has them, but for what no policy that is asked looks at.</summary>
internal static class EntityJson
{
    public static void WriteWorkload(Utf8JsonWriter json, AgentTask task, PolicyUses uses)
    {
        json.WriteStartObject();
        json.WriteUid("uid", "Workload", task.Subject);
        json.WriteStartObject("attrs");
        if (uses.Of("subject")) json.WriteString("subject", task.Subject);
        if (uses.Of("attestor")) json.WriteString("attestor", task.Attestor);
        if (uses.Of("kind")) json.WriteString("kind", ReasonName.Of(task.Kind));
        if (uses.Of("tenant")) json.WriteString("tenant", task.Tenant);
        if (uses.Of("selectors")) json.WriteSet("selectors", task.Selectors);
        json.WriteEndObject();
        WriteParents(json, uses, ("Tenant", task.Tenant), ("Kind", ReasonName.Of(task.Kind)));
        json.WriteEndObject();
    }

    public static void WriteTask(Utf8JsonWriter json, AgentTask task, DateTimeOffset now, PolicyUses uses)
    {
        json.WriteStartObject();
        json.WriteUid("uid", "Task", TaskName(task, uses));
        json.WriteStartObject("attrs");
        if (uses.Of("purpose")) WriteClaim(json, "purpose", task.Purpose, task.IsVouchedFor("purpose"));
        if (uses.Of("intent")) WriteClaim(json, "intent", task.Intent, task.IsVouchedFor("intent"));
        if (uses.Of("depth")) json.WriteNumber("depth", task.Ancestors.Count);
        if (uses.Of("age")) json.WriteDuration("age", task.OpenedAt == default || task.OpenedAt > now ? TimeSpan.Zero : now - task.OpenedAt);
        json.WriteEndObject();
        json.WriteStartObject("tags");
        if (uses.IsTagged)
        {
            foreach (var (name, value) in task.Labels) WriteClaim(json, name, value, task.IsVouchedFor($"label:{name}"));
        }

        json.WriteEndObject();
        WriteParents(json, uses);
        json.WriteEndObject();
    }

    public static void WriteTemplate(Utf8JsonWriter json, Template template, PolicyUses uses)
    {
        json.WriteStartObject();
        json.WriteUid("uid", "Template", template.Name);
        json.WriteStartObject("attrs");
        if (uses.Of("name")) json.WriteString("name", template.Name);
        if (uses.Of("owner")) json.WriteString("owner", template.Owner);
        if (uses.Of("target")) json.WriteString("target", template.Target);
        if (uses.Of("sensitivity")) json.WriteString("sensitivity", PolicyWords.Of(template.Sensitivity));
        if (uses.Of("sensitivity_level")) json.WriteNumber("sensitivity_level", (int)template.Sensitivity);
        if (uses.Of("risk")) json.WriteString("risk", PolicyWords.Of(template.Risk));
        if (uses.Of("risk_level")) json.WriteNumber("risk_level", (int)template.Risk);
        if (uses.Of("capabilities")) json.WriteSet("capabilities", PolicyWords.Of(template.Capabilities));
        json.WriteEndObject();
        WriteParents(
            json, uses, ("Target", template.Target), ("Sensitivity", PolicyWords.Of(template.Sensitivity)), ("Risk", PolicyWords.Of(template.Risk)));
        json.WriteEndObject();
    }

    public static void WriteTool(Utf8JsonWriter json, ToolCall call, PolicyUses uses)
    {
        json.WriteStartObject();
        json.WriteUid("uid", "Tool", call.Tool);
        json.WriteStartObject("attrs");
        if (uses.Of("name")) json.WriteString("name", call.Tool);
        if (uses.Of("target")) json.WriteString("target", call.Target);
        if (uses.Of("sensitivity")) json.WriteString("sensitivity", PolicyWords.Of(call.Sensitivity));
        if (uses.Of("sensitivity_level")) json.WriteNumber("sensitivity_level", (int)call.Sensitivity);
        json.WriteEndObject();
        WriteParents(json, uses, ("Target", call.Target), ("Sensitivity", PolicyWords.Of(call.Sensitivity)));
        json.WriteEndObject();
    }

    /// <summary>Where no policy names a task, it does not matter which one it is, and what was answered to one goes for another like it.</summary>
    public static string TaskName(AgentTask task, PolicyUses uses) => uses.IsTaskNamed ? task.Id.Value : "";

    private static void WriteClaim(Utf8JsonWriter json, string name, string value, bool isVouchedFor)
    {
        json.WriteStartObject(name);
        json.WriteString("value", value);
        json.WriteString("declared_by", isVouchedFor ? "orchestrator" : "agent");
        json.WriteEndObject();
    }

    private static void WriteParents(Utf8JsonWriter json, PolicyUses uses, params ReadOnlySpan<(string Type, string Id)> parents)
    {
        json.WriteStartArray("parents");
        if (uses.IsGrouped)
        {
            foreach (var (type, id) in parents)
            {
                json.WriteStartObject();
                json.WriteString("type", type);
                json.WriteString("id", id);
                json.WriteEndObject();
            }
        }

        json.WriteEndArray();
    }
}
