using CredBroker.Leases;
using StackExchange.Redis;

namespace CredBroker.Server.Storage.Redis;

/// <summary>
/// Reads the figures of the store from the lengths of its indexes; no lease is counted one by one. What grows with the templates is
/// <see cref="LiveLeaseCount"/>'s.
/// </summary>
internal sealed class RedisFigures(
    RedisStore store, RedisClock clock, QueueAges ages, PendingApprovals approvals, IFenceStore fences, TimeProvider time)
{
    public async Task<StoreFigures> ReadAsync(CancellationToken cancellationToken)
    {
        var begun = time.GetUtcNow();
        var now = await clock.ReadAsync(cancellationToken);
        var dead = EachAsync((database, keys) => database.SortedSetLengthAsync(keys.DeadLetters), cancellationToken);
        var owed = EachAsync((database, keys) => database.SortedSetLengthAsync(keys.AuditOwed), cancellationToken);
        var oldest = EachAsync((database, keys) => database.SortedSetRangeByRankWithScoresAsync(keys.AuditOwed, 0, 0), cancellationToken);
        var quarantined = EachAsync((database, keys) => database.HashLengthAsync(keys.Quarantines), cancellationToken);
        var workloads = EachAsync((database, keys) => database.HashLengthAsync(keys.WorkloadQuarantines), cancellationToken);
        var orders = store.GuardAsync(database => database.SetLengthAsync(OrderKeys.Open), cancellationToken);
        await Task.WhenAll(dead, owed, oldest, quarantined, workloads, orders);
        var first = (await oldest).SelectMany(entries => entries).Select(entry => (double?)entry.Score).Min();
        return new StoreFigures
        {
            Queues = await ages.ReadAsync(now, cancellationToken),
            DeadLetters = (await dead).Sum(),
            OpenOrders = await orders,
            Fences = (await fences.ListAsync(cancellationToken)).Count,
            Quarantined = (await quarantined).Sum() + (await workloads).Sum(),
            PendingApprovals = await approvals.CountAsync(cancellationToken),
            OwedLines = (await owed).Sum(),
            OldestOwed = first is { } at ? Later(now - Instant.Read((long)at)) : null,
            At = begun,
        };
    }

    private Task<T[]> EachAsync<T>(Func<IDatabase, BucketKeys, Task<T>> read, CancellationToken cancellationToken) => store.GuardAsync(
        database => Task.WhenAll(Enumerable.Range(0, Buckets.Count).Select(bucket => read(database, BucketKeys.Of(bucket)))), cancellationToken);

    private static TimeSpan Later(TimeSpan age) => age > TimeSpan.Zero ? age : TimeSpan.Zero;
}
