using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace CredBroker.Server.Storage.Redis;

/// <summary>Measures the calls to the store, with all that a call is tried again for.</summary>
internal sealed class StoreMetrics
{
    private readonly Histogram<double> _duration;

    public StoreMetrics(IMeterFactory meters) =>
        _duration = meters.Create(BrokerTelemetry.Name).CreateDuration("credbroker.store.call.duration", "How long a call to the store took.");

    /// <summary>A call has ended.</summary>
    /// <param name="operation">The script, or what else it was.</param>
    /// <param name="since">When it began.</param>
    /// <param name="isAnswered">Whether the store has answered.</param>
    public void Called(string operation, long since, bool isAnswered) => _duration.Record(
        Stopwatch.GetElapsedTime(since).TotalSeconds, new("operation", operation), new(BrokerTelemetry.Outcome, isAnswered ? "ok" : "failed"));
}
