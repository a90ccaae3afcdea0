using CredBroker.Leases;
using StackExchange.Redis;

namespace CredBroker.Server.Storage.Redis;

/// <summary>Dead letters in Redis: one sorted set for each bucket, scored by the instant of issue, beside the queues in which they wait to be tried again.</summary>
internal sealed class RedisDeadLetters(RedisStore store, RedisClock clock) : IDeadLetters
{
    public Task<BucketPage<LeasePosition>> ListAsync(int bucket, LeasePosition? after, int take, CancellationToken cancellationToken) =>
        RedisIssueOrder.ReadAsync(store, [BucketKeys.Of(bucket).DeadLetters], after, take, cancellationToken);

    public async Task<IReadOnlyList<DeadLetter>> ReadAsync(IReadOnlyList<LeaseId> ids, CancellationToken cancellationToken)
    {
        var values = await store.GuardAsync(
            database => Task.WhenAll(ids.Select(id => database.StringGetAsync(BucketKeys.Of(id.Bucket).Lease(id)))), cancellationToken);
        var dead = ids.Zip(values).Where(found => !found.Second.IsNull)
            .Select(found => (Lease: RedisLeaseStore.TryRead(store, found.First, (string)found.Second!)!, Text: (string)found.Second!))
            .Where(found => found.Lease?.State == LeaseState.Irrevocable).ToList();
        var next = await store.GuardAsync(
            database => Task.WhenAll(dead.Select(found => Task.WhenAll(QueuesOf(found.Lease).Select(
                queue => database.SortedSetScoreAsync(queue, found.Lease.Id.Value))))),
            cancellationToken);
        return [.. dead.Zip(next, (found, scores) => new DeadLetter(
            found.Lease, LeaseCodec.ReadAttempts(found.Text), LeaseCodec.ReadError(found.Text), scores.Max() is { } at ? Instant.Read((long)at) : null))];
    }

    public async Task<bool> RetryAsync(Lease lease, CancellationToken cancellationToken)
    {
        if (lease.State is not (LeaseState.Revoking or LeaseState.Irrevocable)) return false;
        var now = (await clock.ReadAsync(cancellationToken)).ToUnixTimeMilliseconds();
        var moved = await store.GuardAsync(
            database => Task.WhenAll(QueuesOf(lease).Select(
                queue => database.SortedSetUpdateAsync(queue, lease.Id.Value, now, SortedSetWhen.Exists))),
            cancellationToken);
        return moved.Any(changed => changed);
    }

    /// <summary>In one of these it waits.</summary>
    private static IEnumerable<RedisKey> QueuesOf(Lease lease) => RedisRevocationBacklog.Priorities.Select(
        priority => BucketKeys.Of(lease.Id.Bucket).Queue(lease.Terms.BackendKey, priority));
}
