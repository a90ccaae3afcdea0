using StackExchange.Redis;

namespace CredBroker.Server.Storage.Redis;

/// <summary>Pages of a sorted set by time, the newest first.</summary>
internal static class NewestFirst
{
    /// <summary>How many entries of one millisecond are expected to lie before the place to go on from.</summary>
    private const int Ties = 8;

    /// <summary>The next page.</summary>
    /// <param name="store">Where the set is.</param>
    /// <param name="set">The set.</param>
    /// <param name="since">The instant of the place to go on from; null = from the newest on.</param>
    /// <param name="take">How many entries are looked at first.</param>
    /// <param name="read">Reads an entry.</param>
    /// <param name="isAfter">Whether an entry lies behind the place to go on from.</param>
    /// <param name="cancellationToken">Gives it up.</param>
    public static async Task<BucketPage<TPosition>> ReadAsync<TPosition>(
        RedisStore store, RedisKey set, DateTimeOffset? since, int take, Func<SortedSetEntry, TPosition> read, Func<TPosition, bool> isAfter,
        CancellationToken cancellationToken)
    {
        double from = since?.ToUnixTimeMilliseconds() ?? double.PositiveInfinity;
        for (var limit = since is null ? take : take + Ties; ; limit *= 2)
        {
            var count = limit;
            var entries = await store.GuardAsync(
                database => database.SortedSetRangeByScoreWithScoresAsync(set, double.NegativeInfinity, from, order: Order.Descending, take: count),
                cancellationToken);
            var positions = entries.Select(read).Where(isAfter).ToList();
            var isLast = entries.Length < limit;
            if (isLast || positions.Count > 0) return new BucketPage<TPosition>(positions, isLast);
        }
    }
}
