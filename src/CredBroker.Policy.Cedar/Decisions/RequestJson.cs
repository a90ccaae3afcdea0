using System.Buffers;
using System.Globalization;
using System.Net;
using System.Text.Json;
using CredBroker.Policy.Cedar.Documents;
using CredBroker.Tasks;

namespace CredBroker.Policy.Cedar.Decisions;

/// <summary>
/// Writes requests as the schema has them: <c>principal</c>, <c>resource</c>, <c>context</c> and <c>entities</c>, but for what no
/// policy that is asked looks at.
/// </summary>
internal static class RequestJson
{
    /// <summary>May a task use a template?</summary>
    public static byte[] OfUse(PolicyRequest request, RequestFacts facts, PolicyUses uses) => Write(json =>
    {
        json.WriteUid("principal", "Workload", request.Task.Subject);
        json.WriteUid("resource", "Template", request.Template.Name);
        json.WriteStartObject("context");
        if (uses.OfContext("task")) json.WriteEntity("task", "Task", EntityJson.TaskName(request.Task, uses));
        if (uses.OfContext("requested")) json.WriteSet("requested", PolicyWords.Of(request.Requested));
        if (uses.OfContext("ttl")) json.WriteDuration("ttl", request.Ttl ?? request.Template.DefaultTtl);
        if (uses.IsOfHeld) HeldJson.Write(json, facts.Held);
        HeldJson.Write(json, facts.Counted);
        WriteNow(json, facts.Now, uses);
        WriteApproval(json, facts.Approved, uses);
        WriteSource(json, request.Source, uses);
        json.WriteEndObject();
        json.WriteStartArray("entities");
        EntityJson.WriteWorkload(json, request.Task, uses);
        if (uses.OfContext("task")) EntityJson.WriteTask(json, request.Task, facts.Now, uses);
        EntityJson.WriteTemplate(json, request.Template, uses);
        json.WriteEndArray();
    });

    /// <summary>May a task call a tool?</summary>
    public static byte[] OfToolCall(ToolCall call, RequestFacts facts, PolicyUses uses) => Write(json =>
    {
        json.WriteUid("principal", "Workload", call.Task.Subject);
        json.WriteUid("resource", "Tool", call.Tool);
        json.WriteStartObject("context");
        if (uses.OfContext("task")) json.WriteEntity("task", "Task", EntityJson.TaskName(call.Task, uses));
        if (uses.OfContext("capability")) json.WriteString("capability", PolicyWords.Of(call.Capability)[0]);
        if (uses.IsOfHeld) HeldJson.Write(json, facts.Held);
        HeldJson.Write(json, facts.Counted with { OfTemplate = null });
        WriteNow(json, facts.Now, uses);
        WriteApproval(json, facts.Approved, uses);
        WriteSource(json, call.Source, uses);
        json.WriteEndObject();
        json.WriteStartArray("entities");
        EntityJson.WriteWorkload(json, call.Task, uses);
        if (uses.OfContext("task")) EntityJson.WriteTask(json, call.Task, facts.Now, uses);
        EntityJson.WriteTool(json, call, uses);
        json.WriteEndArray();
    });

    /// <summary>May a task be opened?</summary>
    public static byte[] OfOpening(AgentTask task, IPAddress? source, DateTimeOffset now, PolicyUses uses) => Write(json =>
    {
        json.WriteUid("principal", "Workload", task.Subject);
        json.WriteUid("resource", "Task", EntityJson.TaskName(task, uses));
        json.WriteStartObject("context");
        if (uses.OfContext("delegated")) json.WriteSet("delegated", (task.Ceiling ?? []).Select(passed => passed.Template).Distinct());
        WriteNow(json, now, uses);
        WriteSource(json, source, uses);
        json.WriteEndObject();
        json.WriteStartArray("entities");
        EntityJson.WriteWorkload(json, task, uses);
        EntityJson.WriteTask(json, task, now, uses);
        json.WriteEndArray();
    });

    private static void WriteNow(Utf8JsonWriter json, DateTimeOffset now, PolicyUses uses)
    {
        if (uses.OfContext("now"))
            json.WriteExtension("now", "datetime", now.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture));
    }

    private static void WriteApproval(Utf8JsonWriter json, IReadOnlyList<string> groups, PolicyUses uses)
    {
        if (groups.Count == 0 || !uses.OfContext("approval")) return;
        json.WriteStartObject("approval");
        json.WriteSet("groups", groups);
        json.WriteEndObject();
    }

    private static void WriteSource(Utf8JsonWriter json, IPAddress? source, PolicyUses uses)
    {
        if (source is null || !uses.OfContext("source")) return;
        // An address of IPv4 is one, however the socket shows it; and no policy knows the names of this machine's interfaces.
        var plain = source.IsIPv4MappedToIPv6 ? source.MapToIPv4() : new IPAddress(source.GetAddressBytes());
        json.WriteExtension("source", "ip", plain.ToString());
    }

    private static byte[] Write(Action<Utf8JsonWriter> members)
    {
        var buffer = new ArrayBufferWriter<byte>(1024);
        using (var json = new Utf8JsonWriter(buffer, new JsonWriterOptions { SkipValidation = true }))
        {
            json.WriteStartObject();
            members(json);
            json.WriteEndObject();
        }

        return buffer.WrittenSpan.ToArray();
    }
}
