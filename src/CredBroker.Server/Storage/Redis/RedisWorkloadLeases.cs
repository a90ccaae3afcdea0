using CredBroker.Leases;
using StackExchange.Redis;

namespace CredBroker.Server.Storage.Redis;

/// <summary>
/// Counts by the indexes that every lease is in from the instant in which it is recorded. All buckets are asked at once, in one trip. Of two
/// leases that are recorded at the same moment in different buckets, whoever counts afterwards for the later one sees the earlier.
/// </summary>
internal sealed class RedisWorkloadLeases(RedisStore store) : IWorkloadLeases
{
    private static readonly BucketKeys[] AllBuckets = [.. Enumerable.Range(0, Buckets.Count).Select(BucketKeys.Of)];

    public async Task<long?> CountAsync(string tenant, string workload, string? template, IReadOnlyCollection<LeaseId> except, CancellationToken cancellationToken)
    {
        var (counts, own) = await store.GuardAsync(
            async database =>
            {
                var counting = AllBuckets.Select(keys => CountAsync(database, IndexesOf(keys, tenant, workload, template))).ToList();
                // Asked after the count: a lease that goes in between is counted once too often, and never too seldom.
                var looking = except.Select(id => IsInAsync(database, IndexesOf(BucketKeys.Of(id.Bucket), tenant, workload, template), id)).ToList();
                return (await Task.WhenAll(counting), await Task.WhenAll(looking));
            },
            cancellationToken);
        if (template is not null && counts.Any(count => count > IWorkloadLeases.MaxPerBucket)) return null;
        return counts.Sum() - own.Count(isCounted => isCounted);
    }

    private static RedisKey[] IndexesOf(BucketKeys keys, string tenant, string workload, string? template) =>
        template is null ? [keys.ByWorkload(tenant, workload)] : [keys.ByWorkload(tenant, workload), keys.ByTemplate(template)];

    private static Task<long> CountAsync(IDatabase database, RedisKey[] indexes) => indexes.Length == 1
        ? database.SortedSetLengthAsync(indexes[0])
        : database.SortedSetIntersectionLengthAsync(indexes, IWorkloadLeases.MaxPerBucket + 1);

    private static async Task<bool> IsInAsync(IDatabase database, RedisKey[] indexes, LeaseId id)
    {
        var places = await Task.WhenAll(indexes.Select(index => database.SortedSetScoreAsync(index, id.Value)));
        return places.All(place => place is not null);
    }
}
