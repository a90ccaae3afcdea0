using System.Globalization;
using System.Net;
using StackExchange.Redis;

namespace CredBroker.Server.Storage.Redis;

/// <summary>What one master says of itself (<c>INFO</c>).</summary>
internal sealed class RedisInfo
{
    private readonly Dictionary<string, string> _fields;

    private RedisInfo(EndPoint server, string text)
    {
        Server = server;
        _fields = text.Split("\r\n").Select(line => line.Split(':', 2)).Where(parts => parts.Length == 2)
            .DistinctBy(parts => parts[0]).ToDictionary(parts => parts[0], parts => parts[1], StringComparer.Ordinal);
    }

    public EndPoint Server { get; }

    /// <summary>What it does when it is full; null where it does not say.</summary>
    public string? EvictionPolicy => _fields.GetValueOrDefault("maxmemory_policy");

    /// <summary>Whether it writes an append-only file.</summary>
    public bool HasAppendOnlyFile => Number("aof_enabled") == 1;

    public long Replicas => Number("connected_slaves");

    /// <summary>Whether it takes writes only while a replica follows: the field is there only then.</summary>
    public bool WaitsForReplicas => _fields.ContainsKey("min_slaves_good_slaves");

    /// <summary>How full it is, 1 = to its limit; 0 where it has none.</summary>
    public double Fullness => Number("maxmemory") is > 0 and var most ? (double)Number("used_memory") / most : 0;

    /// <summary>Asks every master that is connected.</summary>
    public static async Task<IReadOnlyList<RedisInfo>> ReadMastersAsync(IConnectionMultiplexer redis) => await Task.WhenAll(
        redis.GetServers().Where(server => server is { IsConnected: true, IsReplica: false })
            .Select(async server => new RedisInfo(server.EndPoint, (string?)await server.ExecuteAsync("INFO") ?? "")));

    private long Number(string field) =>
        long.TryParse(_fields.GetValueOrDefault(field), NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : 0;
}
