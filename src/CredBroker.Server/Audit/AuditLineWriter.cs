using System.Buffers;
using System.Globalization;
using System.Text.Json;
using CredBroker.Audit;

namespace CredBroker.Server.Audit;

/// <summary>
/// Turns events into lines. Whatever a caller wrote is ASCII by JSON escapes, so no text can end a line, begin another or
/// change how one looks on a terminal; and it is bounded, so that a line stays below 256 KB. For one thread.
/// </summary>
internal sealed class AuditLineWriter : IDisposable
{
    private const int MaxWord = 256;
    private const int MaxText = 2048;
    private const int MaxDetailName = 64;
    private const int MaxDetailValue = 8192;
    private const int MaxDetails = 64;
    private const int MaxDetailsTogether = 32 * 1024;
    private const int KeptCapacity = 4 * 1024 * 1024;

    private static readonly JsonEncodedText[] Types =
        [.. Enum.GetNames<AuditEventType>().Select(name => JsonEncodedText.Encode(JsonNamingPolicy.SnakeCaseLower.ConvertName(name)))];

    private readonly Utf8JsonWriter _writer = new(Stream.Null);
    private ArrayBufferWriter<byte> _lines = new(64 * 1024);
    private bool _truncated;

    /// <summary>The lines since <see cref="Clear"/>.</summary>
    public ReadOnlySpan<byte> Lines => _lines.WrittenSpan;

    /// <summary>Whether the event has what every line must have.</summary>
    public static bool IsWritable(AuditEvent auditEvent) => auditEvent.Actor is not null && (uint)auditEvent.Type < Types.Length;

    /// <summary>Roughly how many bytes the line will have.</summary>
    public static int Weigh(AuditEvent auditEvent)
    {
        var weight = 256 + auditEvent.Actor.Subject.Length + (auditEvent.Message?.Length ?? 0);
        foreach (var (name, value) in auditEvent.Details) weight += name.Length + (value?.Length ?? 0) + 6;
        return weight;
    }

    public void Clear()
    {
        if (_lines.Capacity > KeptCapacity) _lines = new ArrayBufferWriter<byte>(64 * 1024);
        else _lines.ResetWrittenCount();
    }

    public void Write(long sequence, AuditEvent auditEvent)
    {
        _truncated = false;
        _writer.Reset(_lines);
        _writer.WriteStartObject();
        _writer.WriteNumber("seq"u8, sequence);
        WriteTime(auditEvent.Time);
        _writer.WriteString("type"u8, Types[(int)auditEvent.Type]);
        WriteActor(auditEvent.Actor);
        if (auditEvent.TaskId is { } task) WriteText("task"u8, task, MaxWord);
        if (auditEvent.LeaseId is { } lease) WriteText("lease"u8, lease, MaxWord);
        if (auditEvent.Reason is { } reason) WriteText("reason"u8, reason, MaxWord);
        if (auditEvent.Message is { } message) WriteText("message"u8, message, MaxText);
        if (auditEvent.Details.Count > 0) WriteDetails(auditEvent.Details);
        if (_truncated) _writer.WriteBoolean("truncated"u8, true);
        _writer.WriteEndObject();
        _writer.Flush();
        _lines.Write("\n"u8);
    }

    public void Dispose() => _writer.Dispose();

    private void WriteTime(DateTimeOffset time)
    {
        Span<byte> text = stackalloc byte[32];
        time.UtcDateTime.TryFormat(text, out var written, "yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);
        _writer.WriteString("time"u8, text[..written]);
    }

    private void WriteActor(AuditActor actor)
    {
        _writer.WriteStartObject("actor"u8);
        WriteText("kind"u8, actor.Kind, MaxWord);
        WriteText("subject"u8, actor.Subject, MaxText);
        WriteText("tenant"u8, actor.Tenant, MaxWord);
        _writer.WriteEndObject();
    }

    private void WriteDetails(IReadOnlyDictionary<string, string> details)
    {
        var (count, room) = (0, MaxDetailsTogether);
        _writer.WriteStartObject("details"u8);
        foreach (var (name, value) in details)
        {
            // A cut name might be another's name, so an entry with a long one is left out.
            if (name.Length > MaxDetailName || ++count > MaxDetails)
            {
                _truncated = true;
                continue;
            }
            var text = Bound(value, Math.Min(MaxDetailValue, room));
            room -= text.Length;
            _writer.WriteString(name, text);
        }
        _writer.WriteEndObject();
    }

    private void WriteText(ReadOnlySpan<byte> name, string? text, int limit) => _writer.WriteString(name, Bound(text, limit));

    private ReadOnlySpan<char> Bound(string? text, int limit)
    {
        if (text is null || text.Length <= limit) return text;
        _truncated = true;
        return text.AsSpan(0, limit > 0 && char.IsHighSurrogate(text[limit - 1]) ? limit - 1 : limit);
    }
}
