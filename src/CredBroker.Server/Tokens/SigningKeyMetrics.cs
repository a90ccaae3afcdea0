using System.Diagnostics.Metrics;
using CredBroker.Tokens;

namespace CredBroker.Server.Tokens;

/// <summary>Tells of the keys that sign tokens.</summary>
internal sealed class SigningKeyMetrics
{
    public SigningKeyMetrics(IMeterFactory meters, ISigningKeyRing ring, TimeProvider time)
    {
        var meter = meters.Create(BrokerTelemetry.Name);
        meter.CreateObservableGauge("credbroker.signing_keys.published", () => ring.Published.Count, "{key}", "Keys that verifiers are shown.");
        meter.CreateObservableGauge(
            "credbroker.signing_key.age",
            () => ring.SigningSince is { } since ? [new Measurement<double>(Math.Max(0, (time.GetUtcNow() - since).TotalSeconds))] : Array.Empty<Measurement<double>>(),
            "s",
            "How long the key that signs now has signed; absent where nobody knows.");
    }
}
