using StackExchange.Redis;

namespace CredBroker.Server.Tests.Api;

/// <summary>Every word in a Redis database: keys, fields, members and values, uncompressed.</summary>
internal static class StoreContents
{
    public static async Task<IReadOnlyList<string>> ReadAsync(IConnectionMultiplexer connection, int database)
    {
        var words = new List<string>();
        var store = connection.GetDatabase(database);
        await foreach (var key in connection.GetServers()[0].KeysAsync(database, pageSize: 1000))
        {
            words.Add((string)key!);
            words.AddRange(await ReadAsync(store, key));
        }

        return words;
    }

    private static async Task<IEnumerable<string>> ReadAsync(IDatabase store, RedisKey key) => await store.KeyTypeAsync(key) switch
    {
        RedisType.None => [],
        RedisType.String => [(string?)await store.StringGetAsync(key) ?? ""],
        RedisType.Hash => (await store.HashGetAllAsync(key)).Select(entry => $"{entry.Name} {entry.Value}"),
        RedisType.SortedSet => (await store.SortedSetRangeByRankAsync(key)).Select(member => (string)member!),
        RedisType.Set => (await store.SetMembersAsync(key)).Select(member => (string)member!),
        RedisType.List => (await store.ListRangeAsync(key)).Select(value => (string)value!),
        var type => throw new NotSupportedException($"A {type} in the store: teach this reader of it."),
    };
}
