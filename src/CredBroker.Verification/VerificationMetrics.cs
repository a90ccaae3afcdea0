using System.Diagnostics.Metrics;
using CredBroker.Verification.Revocation;
using CredBroker.Verification.Tokens;

namespace CredBroker.Verification;

/// <summary>Counts and gauges of <see cref="CredBrokerDefaults.MeterName"/>. Tags are fixed words; none is a token, lease or caller.</summary>
internal sealed class VerificationMetrics : IDisposable
{
    private readonly Meter _meter;
    private readonly Counter<long> _tokens;

    public VerificationMetrics(IMeterFactory meters, RevocationSet revocations, FeedHealth health)
    {
        _meter = meters.Create(CredBrokerDefaults.MeterName);
        _tokens = _meter.CreateCounter<long>("credbroker.verification.tokens", "{token}", "Tokens judged, by outcome.");
        _meter.CreateObservableGauge("credbroker.verification.feed.age", () => AgeOf(health), "s", "Age of the revocation feed; absent before it is read.");
        _meter.CreateObservableGauge("credbroker.verification.feed.fresh", () => health.State == FeedState.Fresh ? 1 : 0, "{feed}", "1 while tokens can be trusted.");
        _meter.CreateObservableGauge("credbroker.verification.revoked_leases", () => revocations.LeaseCount, "{lease}", "Revoked leases that are held.");
        _meter.CreateObservableGauge("credbroker.verification.fence_rules", () => revocations.FenceRuleCount, "{rule}", "Rules of fences that are held.");
    }

    public void Verified(VerificationOutcome outcome) => _tokens.Add(1, new KeyValuePair<string, object?>("outcome", outcome.Tag()));

    public void Dispose() => _meter.Dispose();

    private static IEnumerable<Measurement<double>> AgeOf(FeedHealth health) => health.Age is { } age ? [new Measurement<double>(age.TotalSeconds)] : [];
}
