using System.Collections.Concurrent;
using System.Net;
using Microsoft.AspNetCore.Connections;
using Microsoft.Extensions.Options;

namespace CredBroker.Server.Hosting.Connections;

/// <summary>Every connection that is open, how many there may be, and whether they are to be closed because the broker stops.</summary>
internal sealed partial class OpenConnections(IOptions<LimitOptions> limits, TimeProvider time, ILogger<OpenConnections> logger)
{
    private static readonly TimeSpan LogEvery = TimeSpan.FromSeconds(10);

    private readonly ConcurrentDictionary<OpenConnection, bool> _open = new();
    private readonly Tally _perAddress = new(limits.Value.ConnectionsPerAddress);
    private volatile bool _areClosing;
    private int _count;
    private long _refused;
    private long _toldAt = long.MinValue;

    /// <summary>Callers are to go elsewhere: each connection is closed with the next request that comes by it.</summary>
    public bool AreClosing => _areClosing;

    /// <summary>How many are open.</summary>
    public int Count => Volatile.Read(ref _count);

    /// <summary>Lets a connection in; null where there are too many, or no more are taken.</summary>
    public OpenConnection? TryOpen(ConnectionContext transport)
    {
        if (_areClosing) return null;
        var connection = new OpenConnection(transport, NetworkAddress.KeyOf((transport.RemoteEndPoint as IPEndPoint)?.Address));
        if (Interlocked.Increment(ref _count) <= limits.Value.Connections)
        {
            if (_perAddress.TryAdd(connection.Address))
            {
                _open[connection] = true;
                return connection;
            }
        }

        Interlocked.Decrement(ref _count);
        Tell(connection.Address);
        return null;
    }

    /// <summary>A connection that was let in has ended.</summary>
    public void Close(OpenConnection connection)
    {
        if (!_open.TryRemove(connection, out _)) return;
        _perAddress.Remove(connection.Address);
        Interlocked.Decrement(ref _count);
    }

    /// <summary>From now on callers are sent elsewhere.</summary>
    public void BeginClosing() => _areClosing = true;

    /// <summary>
    /// Cuts off those by which no request ever came. They would be sent away by the first frame that they hear, and clients take that for a
    /// fault of the call that they then make; a connection that breaks they take for what it is.
    /// </summary>
    public void AbortUnused()
    {
        foreach (var connection in _open.Keys)
            if (connection.UsedAt == long.MinValue) connection.Abort();
    }

    /// <summary>Whether some of those that are open have been used within so long.</summary>
    public bool AreInUse(TimeSpan within) =>
        _open.Keys.Any(connection => connection.UsedAt is var used and not long.MinValue && time.GetElapsedTime(used) < within);

    private void Tell(string address)
    {
        var refused = Interlocked.Increment(ref _refused);
        var told = Volatile.Read(ref _toldAt);
        if (told != long.MinValue && time.GetElapsedTime(told) < LogEvery) return;
        if (Interlocked.CompareExchange(ref _toldAt, time.GetTimestamp(), told) == told) LogRefused(logger, refused, address);
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Count} connections have been closed because too many are open, the latest of {Address}")]
    private static partial void LogRefused(ILogger logger, long count, string address);
}
