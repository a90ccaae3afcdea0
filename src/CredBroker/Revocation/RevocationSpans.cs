using System.Diagnostics;
using CredBroker.Leases;

namespace CredBroker.Revocation;

/// <summary>
/// Spans of the end of leases. They stand in the trace of the issue, as it was stored with the lease, whichever broker works at it and
/// however much later; a link leads to the trace of what ended it.
/// </summary>
internal static class RevocationSpans
{
    /// <summary>Begins a span of a lease that was issued in a recorded trace; null for all others.</summary>
    public static Activity? Begin(string name, Lease lease, DateTimeOffset since = default)
    {
        if (!BrokerTelemetry.Spans.HasListeners() || TraceContext.Read(lease.Terms.TraceContext) is not { } issued) return null;
        var cause = Activity.Current;
        ActivityLink[] links = cause is null || cause.TraceId == issued.TraceId ? [] : [new ActivityLink(cause.Context)];
        var span = BrokerTelemetry.Spans.StartActivity(name, ActivityKind.Internal, issued, tags: null, links, since);
        span.About(lease.Id).About(lease.Terms.TaskId);
        return span?.SetTag("credbroker.template", lease.Terms.Template).SetTag("credbroker.backend", lease.Terms.Backend);
    }

    /// <summary>Tells of the end of a lease after it was recorded.</summary>
    public static void Ended(Lease lease, DateTimeOffset since)
    {
        using var span = Begin("credbroker.lease.end", lease, since);
        span?.SetTag("credbroker.reason", ReasonName.Of(lease.EndReason)).SetTag("credbroker.confirmed", lease.State == LeaseState.Revoked);
    }
}
