using System.Diagnostics.Metrics;

namespace CredBroker.Server.Api;

/// <summary>Counts refusals where they leave the broker.</summary>
internal sealed class RefusalMetrics
{
    private readonly Counter<long> _refusals;

    public RefusalMetrics(IMeterFactory meters) => _refusals = meters.Create(BrokerTelemetry.Name)
        .CreateCounter<long>("credbroker.refusals", "{refusal}", "Refusals, by their reason and the call.");

    /// <summary>A caller was refused.</summary>
    /// <param name="reason">Why.</param>
    /// <param name="operation">Which of the broker's calls it was.</param>
    public void Refused(ErrorReason reason, string operation) =>
        _refusals.Add(1, new("reason", ReasonName.Of(reason)), new("operation", operation));
}
