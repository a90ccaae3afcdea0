using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Connections.Features;

namespace CredBroker.Server.Hosting.Connections;

/// <summary>A connection that callers hold open.</summary>
/// <param name="transport">What carries it.</param>
/// <param name="address">What its other end is counted as.</param>
internal sealed class OpenConnection(ConnectionContext transport, string address)
{
    // Kestrel looks at each connection once a second, and closes one that is to be closed and has nothing under way no earlier.
    private static readonly TimeSpan SlotBegins = TimeSpan.FromMilliseconds(800);
    private static readonly TimeSpan SlotEnds = TimeSpan.FromMilliseconds(930);
    private static readonly TimeSpan NoBeat = TimeSpan.FromMilliseconds(1_300);

    private long _usedAt = long.MinValue;
    private long _beatAt;
    private int _isWatched;

    /// <summary>What its other end is counted as, see <see cref="NetworkAddress"/>.</summary>
    public string Address => address;

    /// <summary>When a request last came by it, in ticks of the clock; <see cref="long.MinValue"/> where none ever did.</summary>
    public long UsedAt => Volatile.Read(ref _usedAt);

    /// <summary>A request has come.</summary>
    public void Use(TimeProvider time, IConnectionHeartbeatFeature? heartbeat)
    {
        Volatile.Write(ref _usedAt, time.GetTimestamp());
        if (Interlocked.Exchange(ref _isWatched, 1) != 0) return;
        Volatile.Write(ref _beatAt, time.GetTimestamp());
        heartbeat?.OnHeartbeat(_ => Volatile.Write(ref _beatAt, time.GetTimestamp()), this);
    }

    /// <summary>Cuts it off, without a word to the other end.</summary>
    public void Abort() => transport.Abort();

    /// <summary>
    /// Whether the caller is to be told now that the connection is closed. In between he cannot use it any more, and finds nobody who
    /// listens: so it is told shortly before it is.
    /// </summary>
    public bool IsToBeClosedNow(TimeProvider time)
    {
        var since = time.GetElapsedTime(Volatile.Read(ref _beatAt));
        return (since >= SlotBegins && since < SlotEnds) || since > NoBeat;
    }
}
