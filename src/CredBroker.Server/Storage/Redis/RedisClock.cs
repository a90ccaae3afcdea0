using CredBroker.Leases;
using StackExchange.Redis;

namespace CredBroker.Server.Storage.Redis;

/// <summary>The store's clock, which decides what is due: a broker's own may be wrong by more than what it asks for.</summary>
internal sealed class RedisClock(RedisStore store) : IStoreClock
{
    public async Task<DateTimeOffset> ReadAsync(CancellationToken cancellationToken)
    {
        var parts = (RedisValue[])(await store.GuardAsync(database => database.ExecuteAsync("TIME"), cancellationToken))!;
        return DateTimeOffset.FromUnixTimeSeconds((long)parts[0]).AddMicroseconds((long)parts[1]);
    }

    public async Task<DateTimeOffset?> ResetAsync(CancellationToken cancellationToken)
    {
        var replies = await Task.WhenAll(Enumerable.Range(0, Buckets.Count).Select(bucket => store.RunAsync(
            LuaScript.ResetClock, [BucketKeys.Of(bucket).HighWater], [store.Now, store.ClockBound], cancellationToken)));
        return replies.All(reply => reply.Code == "OK") ? replies.Max(reply => reply.Time(0)) : null;
    }
}
