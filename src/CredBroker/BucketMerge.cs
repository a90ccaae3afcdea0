namespace CredBroker;

/// <summary>
/// Reads one page out of many buckets as if they were one list. A page begins after a place, so it neither skips nor repeats
/// what stays, whatever comes and goes between pages.
/// </summary>
/// <param name="order">The order of places.</param>
/// <param name="list">Places of one bucket after a place, at most so many.</param>
/// <param name="read">What stands at some places and is wanted, in their order.</param>
internal sealed class BucketMerge<TPosition, TItem>(
    IComparer<TPosition> order,
    Func<int, TPosition?, int, Task<BucketPage<TPosition>>> list,
    Func<IReadOnlyList<TPosition>, Task<IReadOnlyList<(TPosition Position, TItem Item)>>> read)
    where TPosition : class
{
    /// <summary>A page that would have to look at more than this ends early, so that no call runs long.</summary>
    private const int MaxLookedAt = 20_000;

    private const int FirstPerBucket = 8;

    /// <summary>However small the page: where little of it is wanted, much is looked at in few calls.</summary>
    private const int LargestStep = 1_000;

    /// <summary>The page, and where the next one begins; null = this was the last.</summary>
    public async Task<(IReadOnlyList<TItem> Items, TPosition? Next)> ReadAsync(IReadOnlyList<int> buckets, TPosition? after, int take)
    {
        var items = new List<TItem>(take);
        var (lookedAt, batch, widest) = (0, take, Math.Max(take, LargestStep / buckets.Count));
        for (var each = buckets.Count == 1 ? take : Math.Min(FirstPerBucket, take); ; each = Math.Min(each * 2, widest))
        {
            var (places, isLast) = await ListAsync(buckets, after, each);
            for (var first = 0; first < places.Count; first += batch, batch = Math.Min(batch * 2, LargestStep))
            {
                foreach (var (position, item) in await read(places[first..Math.Min(first + batch, places.Count)]))
                {
                    items.Add(item);
                    if (items.Count == take) return (items, isLast && ReferenceEquals(position, places[^1]) ? null : position);
                }
            }

            if (isLast) return (items, null);
            after = places[^1];
            lookedAt += places.Count;
            if (lookedAt >= MaxLookedAt) return (items, after);
        }
    }

    private async Task<(List<TPosition> Places, bool IsLast)> ListAsync(IReadOnlyList<int> buckets, TPosition? after, int each)
    {
        var pages = await Task.WhenAll(buckets.Select(bucket => list(bucket, after, each)));

        // What lies beyond the end of the shortest unfinished page may have something before it that was not read yet.
        var horizon = pages.Where(page => !page.IsLast).Select(page => page.Positions[^1]).Min(order);
        var places = pages.SelectMany(page => page.Positions)
            .Where(place => horizon is null || order.Compare(place, horizon) <= 0).Order(order).ToList();
        return (places, horizon is null);
    }
}
