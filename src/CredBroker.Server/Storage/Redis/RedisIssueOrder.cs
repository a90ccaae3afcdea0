using CredBroker.Leases;
using StackExchange.Redis;

namespace CredBroker.Server.Storage.Redis;

/// <summary>Reads several sorted sets of leases, each scored by the instant of issue, as one.</summary>
internal static class RedisIssueOrder
{
    private const int LeastPerSource = 8;

    /// <summary>How many leases of one millisecond are expected to lie before the place to go on from.</summary>
    private const int Ties = 8;

    /// <summary>
    /// What comes next after a place, at most <paramref name="take"/>, and whether that is all. A page goes on from a score
    /// and a member, never from a rank: ranks move when other leases end.
    /// </summary>
    public static async Task<BucketPage<LeasePosition>> ReadAsync(
        RedisStore store, IReadOnlyList<RedisKey> sources, LeasePosition? after, int take, CancellationToken cancellationToken)
    {
        if (sources.Count == 0) return new BucketPage<LeasePosition>([], IsLast: true);
        var each = sources.Count == 1 ? take : Math.Min(take, Math.Max(LeastPerSource, 2 * take / sources.Count));
        var parts = await Task.WhenAll(sources.Select(source => ReadOneAsync(store, source, after, each, cancellationToken)));

        // Beyond the end of the shortest unfinished part, something of it may be missing.
        var horizon = parts.Where(part => !part.IsLast).Select(part => part.Positions[^1]).Min(LeasePosition.Order);
        var merged = parts.SelectMany(part => part.Positions)
            .Where(found => horizon is null || !found.IsAfter(horizon)).Order(LeasePosition.Order).ToList();
        return merged.Count <= take ? new BucketPage<LeasePosition>(merged, horizon is null) : new BucketPage<LeasePosition>(merged[..take], IsLast: false);
    }

    private static async Task<BucketPage<LeasePosition>> ReadOneAsync(
        RedisStore store, RedisKey source, LeasePosition? after, int take, CancellationToken cancellationToken)
    {
        double from = after?.IssuedAt.ToUnixTimeMilliseconds() ?? double.NegativeInfinity;
        for (var limit = after is null ? take : take + Ties; ; limit *= 2)
        {
            var count = limit;
            var entries = await store.GuardAsync(
                database => database.SortedSetRangeByScoreWithScoresAsync(source, from, double.PositiveInfinity, take: count), cancellationToken);
            var positions = entries.Select(Read).Where(found => found.IsAfter(after)).ToList();
            var isLast = entries.Length < limit;
            if (isLast || positions.Count > 0) return new BucketPage<LeasePosition>(positions, isLast);
        }
    }

    private static LeasePosition Read(SortedSetEntry entry) => new(Instant.Read((long)entry.Score), LeaseId.Parse((string)entry.Element!));
}
