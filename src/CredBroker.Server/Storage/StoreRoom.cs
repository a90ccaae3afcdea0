using System.Collections.Frozen;
using System.Net;
using CredBroker.Server.Storage.Redis;
using StackExchange.Redis;

namespace CredBroker.Server.Storage;

/// <summary>
/// Keeps room in the store for what ends leases: a Redis that is nearly full issues no more, while it can still be written to.
/// </summary>
internal sealed partial class StoreRoom(StoreConnection connection, ILogger<StoreRoom> logger)
{
    /// <summary>The part of <c>maxmemory</c> above which nothing is issued.</summary>
    private const double Limit = 0.85;

    private FrozenSet<EndPoint> _full = [];

    /// <summary>Refuses where the server of a key is nearly full.</summary>
    /// <exception cref="RefusedException"><see cref="ErrorReason.StoreUnavailable"/>.</exception>
    public void Require(RedisKey key)
    {
        if (_full.Count > 0 && _full.Contains(connection.Multiplexer.GetServer(key).EndPoint))
            throw RedisStore.Unavailable("The lease store is nearly full; try again later.", madeNothing: true);
    }

    /// <summary>Looks again at how full every server is.</summary>
    public async Task LookAsync()
    {
        var full = (await RedisInfo.ReadMastersAsync(connection.Multiplexer)).Where(info => info.Fullness > Limit).Select(info => info.Server).ToFrozenSet();
        foreach (var server in full.Except(_full)) LogFull(logger, server);
        foreach (var server in _full.Except(full)) LogRoom(logger, server);
        _full = full;
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "Redis at {Server} is nearly full (over 85 % of its maxmemory): nothing is issued until it has room")]
    private static partial void LogFull(ILogger logger, EndPoint server);

    [LoggerMessage(Level = LogLevel.Information, Message = "Redis at {Server} has room again")]
    private static partial void LogRoom(ILogger logger, EndPoint server);
}
