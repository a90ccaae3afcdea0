using System.Diagnostics;

namespace CredBroker;

/// <summary>
/// The place in a trace that a lease was issued at, as it is stored with the lease: <c>trace id-span id</c> in hex. Only traces that are
/// recorded have one, so that the others cost the store nothing.
/// </summary>
internal static class TraceContext
{
    private const int TraceIdLength = 32;
    private const int Length = TraceIdLength + 1 + 16;

    /// <summary>The place that a span of ours is; null where it is not recorded. A caller's word that a trace is recorded is nothing that we record.</summary>
    public static string? Of(Activity? span) => span is { Recorded: true } && span.Source == BrokerTelemetry.Spans ? $"{span.TraceId.ToHexString()}-{span.SpanId.ToHexString()}" : null;

    /// <summary>Reads one; nothing where it is none, for no lease is worth less for that.</summary>
    public static ActivityContext? Read(string? text)
    {
        if (text is not { Length: Length } || text[TraceIdLength] != '-') return null;
        return ActivityContext.TryParse($"00-{text}-01", traceState: null, isRemote: true, out var context) ? context : null;
    }
}
