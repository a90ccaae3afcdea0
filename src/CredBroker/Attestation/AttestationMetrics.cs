using System.Diagnostics.Metrics;

namespace CredBroker.Attestation;

/// <summary>Counts what evidence came to.</summary>
public sealed class AttestationMetrics
{
    private readonly Counter<long> _attestations;
    private readonly Histogram<double> _duration;

    /// <summary>Makes the instruments.</summary>
    public AttestationMetrics(IMeterFactory meters)
    {
        ArgumentNullException.ThrowIfNull(meters);
        var meter = meters.Create(BrokerTelemetry.Name);
        _attestations = meter.CreateCounter<long>("credbroker.attestations", "{attestation}", "Evidence judged, by what came of it.");
        _duration = meter.CreateDuration("credbroker.attestation.duration", "How long judging evidence took.");
    }

    /// <summary>Evidence was judged.</summary>
    /// <param name="attestor">A name of the registry, and never one that a caller has made up.</param>
    /// <param name="outcome"><c>proven</c>, or the reason of the refusal.</param>
    /// <param name="took">How long it took.</param>
    public void Judged(string attestor, string outcome, TimeSpan took)
    {
        _attestations.Add(1, new("attestor", attestor), new(BrokerTelemetry.Outcome, outcome));
        _duration.Record(took.TotalSeconds, new KeyValuePair<string, object?>("attestor", attestor));
    }
}
