using System.Buffers;
using System.Text.Json;
using CredBroker.Policy;

namespace CredBroker.Server.Api.AuthZen;

/// <summary>Writes answers. A permit carries no context: a gateway may reject what it does not understand.</summary>
internal static class WriteEvaluation
{
    private const string Denied = "403";

    public static ReadOnlyMemory<byte> Single(EvaluationAnswer answer) => Write(writer => Answer(writer, answer));

    public static ReadOnlyMemory<byte> Many(IEnumerable<EvaluationAnswer> answers) => Write(writer =>
    {
        writer.WriteStartObject();
        writer.WriteStartArray("evaluations"u8);
        foreach (var answer in answers) Answer(writer, answer);
        writer.WriteEndArray();
        writer.WriteEndObject();
    });

    private static ReadOnlyMemory<byte> Write(Action<Utf8JsonWriter> write)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(buffer)) write(writer);
        return buffer.WrittenMemory;
    }

    private static void Answer(Utf8JsonWriter writer, EvaluationAnswer answer)
    {
        writer.WriteStartObject();
        writer.WriteBoolean("decision"u8, answer.IsPermitted);
        if (answer.Refusal is { } refusal) Context(writer, () => Refusal(writer, refusal));
        else if (answer.Decision is { Allowed: false } denial) Context(writer, () => Denial(writer, denial));
        writer.WriteEndObject();
    }

    private static void Context(Utf8JsonWriter writer, Action write)
    {
        writer.WriteStartObject("context"u8);
        write();
        writer.WriteEndObject();
    }

    private static void Denial(Utf8JsonWriter writer, PolicyDecision denial)
    {
        var reason = ReasonName.Of(denial.Refusal!.Value);
        Reasons(writer, reason, $"{reason} by {(denial.PolicyIds.Count == 0 ? "no policy that permits" : string.Join(' ', denial.PolicyIds))}", denial.Message);
        writer.WriteString("policy_version"u8, denial.PolicyVersion);
        Texts(writer, "policies", denial.PolicyIds);
        if (denial.ApprovalGroups.Count > 0) Approval(writer, denial);
    }

    /// <summary>The no would be a yes once all these groups have approved.</summary>
    private static void Approval(Utf8JsonWriter writer, PolicyDecision denial)
    {
        writer.WriteStartObject("approval"u8);
        writer.WriteBoolean("needed"u8, true);
        Texts(writer, "groups", denial.ApprovalGroups);
        if (denial.ApprovalId is { } id) writer.WriteString("id"u8, id.Value);
        writer.WriteEndObject();
    }

    private static void Refusal(Utf8JsonWriter writer, RefusedException refusal)
    {
        var reason = ReasonName.Of(refusal.Reason);
        if (refusal.Reason is not ErrorReason.InvalidRequest)
        {
            Reasons(writer, reason, $"{reason}: {refusal.Message}", refusal.Message);
            return;
        }

        writer.WriteString("reason"u8, reason);
        writer.WriteStartObject("error"u8);
        writer.WriteNumber("status"u8, StatusCodes.Status400BadRequest);
        writer.WriteString("message"u8, refusal.Message);
        writer.WriteEndObject();
    }

    private static void Reasons(Utf8JsonWriter writer, string reason, string forAdmin, string forUser)
    {
        writer.WriteString("reason"u8, reason);
        Coded(writer, "reason_admin", forAdmin);
        Coded(writer, "reason_user", forUser);
    }

    private static void Coded(Utf8JsonWriter writer, string name, string text)
    {
        writer.WriteStartObject(name);
        writer.WriteString(Denied, text);
        writer.WriteEndObject();
    }

    private static void Texts(Utf8JsonWriter writer, string name, IEnumerable<string> texts)
    {
        writer.WriteStartArray(name);
        foreach (var text in texts) writer.WriteStringValue(text);
        writer.WriteEndArray();
    }
}
