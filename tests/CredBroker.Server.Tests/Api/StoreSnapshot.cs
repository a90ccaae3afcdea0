using StackExchange.Redis;

namespace CredBroker.Server.Tests.Api;

/// <summary>Everything that a Redis database holds, to be compared with what it holds later.</summary>
internal sealed class StoreSnapshot
{
    private StoreSnapshot(IReadOnlyDictionary<string, string> values) => Values = values;

    /// <summary>Each key with its value as Redis would dump it.</summary>
    public IReadOnlyDictionary<string, string> Values { get; }

    public static async Task<StoreSnapshot> TakeAsync(IConnectionMultiplexer connection, int database)
    {
        var values = new Dictionary<string, string>(StringComparer.Ordinal);
        await foreach (var key in connection.GetServers()[0].KeysAsync(database, pageSize: 1000))
            if (await connection.GetDatabase(database).KeyDumpAsync(key) is { } dump) values[(string)key!] = Convert.ToHexString(dump);
        return new StoreSnapshot(values);
    }
}
