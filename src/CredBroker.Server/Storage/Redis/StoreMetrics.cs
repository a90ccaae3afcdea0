using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace CredBroker.Server.Storage.Redis;

/// <summary>Measures the calls to the store, with all that a call is tried again for, and counts what it holds that cannot be read.</summary>
internal sealed class StoreMetrics
{
    private readonly Histogram<double> _duration;
    private readonly Counter<long> _unreadable;

    public StoreMetrics(IMeterFactory meters)
    {
        var meter = meters.Create(BrokerTelemetry.Name);
        _duration = meter.CreateDuration("credbroker.store.call.duration", "How long a call to the store took.");
        _unreadable = meter.CreateCounter<long>("credbroker.store.records.unreadable", "{record}", "Records of the store that cannot be read.");
    }

    /// <summary>A record that cannot be read was met for the first time.</summary>
    public void Unreadable() => _unreadable.Add(1);

    /// <summary>A call has ended.</summary>
    /// <param name="operation">The script, or what else it was.</param>
    /// <param name="since">When it began.</param>
    /// <param name="isAnswered">Whether the store has answered.</param>
    public void Called(string operation, long since, bool isAnswered) => _duration.Record(
        Stopwatch.GetElapsedTime(since).TotalSeconds, new("operation", operation), new(BrokerTelemetry.Outcome, isAnswered ? "ok" : "failed"));
}
