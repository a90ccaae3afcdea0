using System.Net;
using CredBroker.Server.Hosting;
using CredBroker.Server.Storage.Redis;
using StackExchange.Redis;

namespace CredBroker.Server.Storage;

/// <summary>Looks at how a Redis is set up: refuses what would lose leases in normal operation, warns of what would lose them in a crash.</summary>
internal sealed partial class StoreInspection(ILogger<StoreInspection> logger)
{
    /// <summary>Looks at every master.</summary>
    /// <exception cref="StartRefusedException">One evicts: it throws leases away, and with them the knowledge that a credential lives.</exception>
    public async Task InspectAsync(IConnectionMultiplexer redis)
    {
        foreach (var info in await RedisInfo.ReadMastersAsync(redis))
        {
            if (info.EvictionPolicy is { } policy && policy != "noeviction")
            {
                throw new StartRefusedException(
                    $"Redis at {info.Server} may throw leases away (maxmemory-policy {policy}): set maxmemory-policy noeviction.");
            }

            if (!info.HasAppendOnlyFile) LogNoFile(logger, info.Server);
            if (info is { Replicas: > 0, WaitsForReplicas: false }) LogNoWaiting(logger, info.Server);
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Redis at {Server} writes no append-only file: a restart loses leases, and their credentials live to their TTL. Set appendonly yes")]
    private static partial void LogNoFile(ILogger logger, EndPoint server);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Redis at {Server} takes writes that no replica follows: a failover may lose leases, and their credentials live to their TTL. Set min-replicas-to-write 1")]
    private static partial void LogNoWaiting(ILogger logger, EndPoint server);
}
