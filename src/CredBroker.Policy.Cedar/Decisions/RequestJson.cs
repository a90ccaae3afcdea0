using System.Buffers;
using System.Globalization;
using System.Text.Json;
using CredBroker.Leases;
using CredBroker.Tasks;
using CredBroker.Templates;

namespace CredBroker.Policy.Cedar.Decisions;

/// <summary>Writes requests as the schema has them: <c>principal</c>, <c>resource</c>, <c>context</c> and <c>entities</c>.</summary>
internal static class RequestJson
{
    /// <summary>May a task use a template?</summary>
    public static byte[] OfUse(PolicyRequest request, IReadOnlyList<Lease> held, DateTimeOffset now) => Write(json =>
    {
        WriteUid(json, "principal", "Workload", request.Task.Subject);
        WriteUid(json, "resource", "Template", request.Template.Name);
        json.WriteStartObject("context");
        WriteUid(json, "task", "Task", request.Task.Id.Value);
        WriteSet(json, "requested", PolicyWords.Of(request.Requested));
        json.WriteString("ttl", DurationOf(request.Ttl ?? request.Template.DefaultTtl));
        HeldJson.Write(json, held);
        WriteInstant(json, now);
        json.WriteEndObject();
        json.WriteStartArray("entities");
        WriteWorkload(json, request.Task);
        WriteTask(json, request.Task, now);
        WriteTemplate(json, request.Template);
        json.WriteEndArray();
    });

    /// <summary>May a task be opened?</summary>
    public static byte[] OfOpening(AgentTask task, DateTimeOffset now) => Write(json =>
    {
        WriteUid(json, "principal", "Workload", task.Subject);
        WriteUid(json, "resource", "Task", task.Id.Value);
        json.WriteStartObject("context");
        WriteSet(json, "delegated", (task.Ceiling ?? []).Select(passed => passed.Template).Distinct());
        WriteInstant(json, now);
        json.WriteEndObject();
        json.WriteStartArray("entities");
        WriteWorkload(json, task);
        WriteTask(json, task, now);
        json.WriteEndArray();
    });

    private static byte[] Write(Action<Utf8JsonWriter> members)
    {
        var buffer = new ArrayBufferWriter<byte>(2048);
        using (var json = new Utf8JsonWriter(buffer, new JsonWriterOptions { SkipValidation = true }))
        {
            json.WriteStartObject();
            members(json);
            json.WriteEndObject();
        }

        return buffer.WrittenSpan.ToArray();
    }

    private static void WriteWorkload(Utf8JsonWriter json, AgentTask task)
    {
        json.WriteStartObject();
        WriteUid(json, "uid", "Workload", task.Subject);
        json.WriteStartObject("attrs");
        json.WriteString("subject", task.Subject);
        json.WriteString("attestor", task.Attestor);
        json.WriteString("kind", ReasonName.Of(task.Kind));
        json.WriteString("tenant", task.Tenant);
        WriteSet(json, "selectors", task.Selectors);
        json.WriteEndObject();
        WriteParents(json, ("Tenant", task.Tenant), ("Kind", ReasonName.Of(task.Kind)));
        json.WriteEndObject();
    }

    private static void WriteTask(Utf8JsonWriter json, AgentTask task, DateTimeOffset now)
    {
        var age = task.OpenedAt == default || task.OpenedAt > now ? TimeSpan.Zero : now - task.OpenedAt;
        json.WriteStartObject();
        WriteUid(json, "uid", "Task", task.Id.Value);
        json.WriteStartObject("attrs");
        WriteClaim(json, "purpose", task.Purpose, task.IsVouchedFor("purpose"));
        WriteClaim(json, "intent", task.Intent, task.IsVouchedFor("intent"));
        json.WriteNumber("depth", task.Ancestors.Count);
        json.WriteString("age", DurationOf(age));
        json.WriteEndObject();
        json.WriteStartObject("tags");
        foreach (var (name, value) in task.Labels) WriteClaim(json, name, value, task.IsVouchedFor($"label:{name}"));
        json.WriteEndObject();
        WriteParents(json);
        json.WriteEndObject();
    }

    private static void WriteTemplate(Utf8JsonWriter json, Template template)
    {
        json.WriteStartObject();
        WriteUid(json, "uid", "Template", template.Name);
        json.WriteStartObject("attrs");
        json.WriteString("name", template.Name);
        json.WriteString("owner", template.Owner);
        json.WriteString("target", template.Target);
        json.WriteString("sensitivity", PolicyWords.Of(template.Sensitivity));
        json.WriteNumber("sensitivity_level", (int)template.Sensitivity);
        json.WriteString("risk", PolicyWords.Of(template.Risk));
        json.WriteNumber("risk_level", (int)template.Risk);
        WriteSet(json, "capabilities", PolicyWords.Of(template.Capabilities));
        json.WriteEndObject();
        WriteParents(
            json, ("Target", template.Target), ("Sensitivity", PolicyWords.Of(template.Sensitivity)), ("Risk", PolicyWords.Of(template.Risk)));
        json.WriteEndObject();
    }

    private static void WriteClaim(Utf8JsonWriter json, string name, string value, bool isVouchedFor)
    {
        json.WriteStartObject(name);
        json.WriteString("value", value);
        json.WriteString("declared_by", isVouchedFor ? "orchestrator" : "agent");
        json.WriteEndObject();
    }

    private static void WriteInstant(Utf8JsonWriter json, DateTimeOffset now) =>
        json.WriteString("now", now.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture));

    private static string DurationOf(TimeSpan duration) => string.Create(CultureInfo.InvariantCulture, $"{(long)duration.TotalMilliseconds}ms");

    private static void WriteSet(Utf8JsonWriter json, string name, IEnumerable<string> values)
    {
        json.WriteStartArray(name);
        foreach (var value in values) json.WriteStringValue(value);
        json.WriteEndArray();
    }

    private static void WriteParents(Utf8JsonWriter json, params ReadOnlySpan<(string Type, string Id)> parents)
    {
        json.WriteStartArray("parents");
        foreach (var (type, id) in parents)
        {
            json.WriteStartObject();
            json.WriteString("type", type);
            json.WriteString("id", id);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static void WriteUid(Utf8JsonWriter json, string name, string type, string id)
    {
        json.WriteStartObject(name);
        json.WriteString("type", type);
        json.WriteString("id", id);
        json.WriteEndObject();
    }
}
