using StackExchange.Redis;

namespace CredBroker.Server.Storage.Redis;

/// <summary>The store's clock, which decides what is due: a broker's own may be wrong by more than what it asks for.</summary>
internal sealed class RedisClock(RedisStore store)
{
    public async Task<DateTimeOffset> ReadAsync(CancellationToken cancellationToken)
    {
        var parts = (RedisValue[])(await store.GuardAsync(database => database.ExecuteAsync("TIME"), cancellationToken))!;
        return DateTimeOffset.FromUnixTimeSeconds((long)parts[0]).AddMicroseconds((long)parts[1]);
    }
}
