using CredBroker.Conformance.Stores;
using StackExchange.Redis;

namespace CredBroker.Server.Tests.Storage.Forms;

/// <summary>A store of one form, seen by brokers through the server's own adapters and by tests through a connection of their own.</summary>
internal sealed class StoreUnderTest(StoreServers servers, StoreRules rules, Action leave) : IStoreUnderTest
{
    private const int Batch = 500;

    public StoreRules Rules => rules;

    public IStoreMishaps Mishaps { get; } = new StoreMishaps(servers);

    private IDatabase Database => servers.Admin.GetDatabase();

    private IEnumerable<IServer> Masters => servers.Admin.GetServers().Where(server => server is { IsConnected: true, IsReplica: false });

    public Task<BrokerOnStore> ConnectAsync() => BrokerServices.ConnectAsync(servers, rules);

    public async Task<DateTimeOffset> ReadTimeAsync()
    {
        var parts = (RedisValue[])(await Database.ExecuteAsync("TIME"))!;
        return DateTimeOffset.FromUnixTimeSeconds((long)parts[0]).AddMicroseconds((long)parts[1]);
    }

    public async Task<IReadOnlyList<StoredKey>> ScanAsync()
    {
        var keys = new List<StoredKey>();
        foreach (var master in Masters)
        {
            var names = new List<RedisKey>();
            await foreach (var name in master.KeysAsync(pageSize: Batch)) names.Add(name);
            foreach (var chunk in names.Distinct().Chunk(Batch)) keys.AddRange(await Task.WhenAll(chunk.Select(DescribeAsync)));
        }

        return keys;
    }

    public async Task EmptyAsync()
    {
        foreach (var master in Masters)
        {
            var names = new List<RedisKey>();
            await foreach (var name in master.KeysAsync(pageSize: Batch)) names.Add(name);
            foreach (var chunk in names.Chunk(Batch)) await Task.WhenAll(chunk.Select(name => Database.KeyDeleteAsync(name)));
        }
    }

    /// <summary>The servers stay for the next fixture.</summary>
    public ValueTask DisposeAsync()
    {
        leave();
        return ValueTask.CompletedTask;
    }

    private async Task<StoredKey> DescribeAsync(RedisKey key)
    {
        var database = Database;
        var timeToLive = database.KeyTimeToLiveAsync(key);
        long? length = await database.KeyTypeAsync(key) switch
        {
            RedisType.List => await database.ListLengthAsync(key),
            RedisType.SortedSet => await database.SortedSetLengthAsync(key),
            RedisType.Set => await database.SetLengthAsync(key),
            RedisType.Hash => await database.HashLengthAsync(key),
            _ => null,
        };
        return new StoredKey((string)key!, await timeToLive, length);
    }
}
