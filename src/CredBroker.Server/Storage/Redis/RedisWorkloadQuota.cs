using CredBroker.Leases;
using StackExchange.Redis;

namespace CredBroker.Server.Storage.Redis;

/// <summary>Places of workloads, each a sorted set of leases by the instant after which they cannot be live.</summary>
internal sealed class RedisWorkloadQuota(RedisStore store) : IWorkloadQuota
{
    public async Task<bool> TakeAsync(LeaseIntent intent, int limit, CancellationToken cancellationToken)
    {
        var reply = await store.RunAsync(
            LuaScript.TakePlace, [BucketKeys.Places(intent.Terms), BucketKeys.OfWorkload(intent.Terms).HighWater],
            [intent.Id.Value, limit, Instant.Write(intent.MaxTtl + store.Options.IntentLife), store.Now, store.ClockBound], cancellationToken);
        // A clock that jumped would free the places of leases that live.
        return reply.Code == "CLOCK" ? throw StoreClock.Fault() : reply.Code == "OK";
    }

    public Task ReturnAsync(IReadOnlyList<(LeaseId Id, LeaseTerms Terms)> leases, CancellationToken cancellationToken) =>
        store.GuardAsync(
            database => Task.WhenAll(leases.GroupBy(lease => BucketKeys.Places(lease.Terms)).Select(
                places => database.SortedSetRemoveAsync(places.Key, [.. places.Select(lease => (RedisValue)lease.Id.Value)]))),
            cancellationToken);
}
