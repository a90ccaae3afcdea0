using System.Diagnostics.Metrics;

namespace CredBroker.Revocation;

/// <summary>Tells how far the revocation feed is behind the store, and who is on it.</summary>
public sealed class FeedMetrics
{
    private readonly TimeProvider _time;
    private readonly Counter<long> _overtaken;
    private long _asOf;
    private int _watchers;

    /// <summary>Makes the instruments.</summary>
    public FeedMetrics(IMeterFactory meters, TimeProvider time)
    {
        ArgumentNullException.ThrowIfNull(meters);
        _time = time;
        var meter = meters.Create(BrokerTelemetry.Name);
        _overtaken = meter.CreateCounter<long>("credbroker.feed.overtaken", "{stream}", "Watchers that fell behind and were made to read the log themselves.");
        meter.CreateObservableGauge("credbroker.feed.watchers", () => Volatile.Read(ref _watchers), "{stream}", "Services on the feed of this replica.");
        meter.CreateObservableGauge("credbroker.feed.lag", Lag, "s", "How old what the feed has read of the store is; absent before it has read it.");
    }

    /// <summary>The store has been read up to an instant of the broker's clock.</summary>
    public void Read(DateTimeOffset asOf) => Volatile.Write(ref _asOf, asOf.UtcTicks);

    /// <summary>Somebody is on the feed.</summary>
    public void Joined() => Interlocked.Increment(ref _watchers);

    /// <summary>Somebody has left it.</summary>
    public void Left() => Interlocked.Decrement(ref _watchers);

    /// <summary>A watcher was too slow.</summary>
    public void Overtook() => _overtaken.Add(1);

    private IEnumerable<Measurement<double>> Lag() => Volatile.Read(ref _asOf) is var asOf and > 0
        ? [new Measurement<double>(Math.Max(0, (_time.GetUtcNow() - new DateTimeOffset(asOf, TimeSpan.Zero)).TotalSeconds))]
        : [];
}
