using CredBroker.Leases;
using StackExchange.Redis;

namespace CredBroker.Server.Storage.Redis;

/// <summary>
/// Tells how many leases wait for each backend, and for how long. A queue is in the order of the next attempts, so of what is due next the
/// leases themselves are asked when their end was recorded.
/// </summary>
internal sealed class QueueAges(RedisStore store, ILeaseIndex leases)
{
    private const int LookedAt = 64;

    public async Task<IReadOnlyList<QueueFigures>> ReadAsync(DateTimeOffset now, CancellationToken cancellationToken)
    {
        var held = await store.GuardAsync(
            database => Task.WhenAll(Enumerable.Range(0, Buckets.Count).Select(bucket => database.SetMembersAsync(BucketKeys.Of(bucket).Queues))),
            cancellationToken);
        var queues = held
            .SelectMany((members, bucket) => members.Select(member => (Key: (string)member!, Backend: BucketKeys.Of(bucket).BackendOf((string)member!))))
            .Where(queue => queue.Backend is not null).ToList();
        var figures = new List<QueueFigures>();
        foreach (var backend in queues.GroupBy(queue => queue.Backend!, queue => (RedisKey)queue.Key, StringComparer.Ordinal))
            figures.Add(await ReadAsync(backend.Key, [.. backend], now, cancellationToken));
        return figures;
    }

    private async Task<QueueFigures> ReadAsync(string backend, IReadOnlyList<RedisKey> queues, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var depths = await store.GuardAsync(database => Task.WhenAll(queues.Select(queue => database.SortedSetLengthAsync(queue))), cancellationToken);
        var next = await store.GuardAsync(
            database => Task.WhenAll(queues.Select(queue => database.SortedSetRangeByRankWithScoresAsync(queue, 0, LookedAt - 1))), cancellationToken);
        var first = next.SelectMany(entries => entries).OrderBy(entry => entry.Score).Take(LookedAt).ToList();
        var ids = first.Select(entry => LeaseId.TryParse((string)entry.Element!, out var id) ? id : (LeaseId?)null).OfType<LeaseId>().ToList();
        var read = await leases.ReadAsync(ids, cancellationToken);
        // Where no lease says it, it is as late as it is overdue.
        var since = read.Select(lease => lease.EndedAt).OfType<DateTimeOffset>().Concat(first.Take(1).Select(entry => Instant.Read((long)entry.Score)));
        var age = since.Select(at => now - at).DefaultIfEmpty().Max();
        return new QueueFigures(backend, depths.Sum(), age > TimeSpan.Zero ? age : TimeSpan.Zero);
    }
}
