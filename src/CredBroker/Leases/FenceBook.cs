namespace CredBroker.Leases;

/// <summary>The fences as this broker last saw them. Whether they are still the store's is for the script that issues to say.</summary>
public sealed class FenceBook(IFenceStore store)
{
    private readonly FenceSet[] _buckets = [.. Enumerable.Repeat(FenceSet.None, Buckets.Count)];

    /// <summary>Refuses where a known fence matches; returns the epoch that was evaluated.</summary>
    /// <exception cref="RefusedException"><see cref="ErrorReason.Fenced"/>.</exception>
    public long Evaluate(LeaseId leaseId, LeaseTerms terms)
    {
        var known = Volatile.Read(ref _buckets[leaseId.Bucket]);
        foreach (var fence in known.Fences)
        {
            if (!fence.Refuses(terms, leaseId)) continue;
            throw new RefusedException(ErrorReason.Fenced, "An operator has put a fence in the way.")
            {
                Metadata = new Dictionary<string, string> { ["fence_id"] = fence.Id.Value },
            };
        }

        return known.Epoch;
    }

    /// <summary>Reads a bucket's fences again.</summary>
    public async Task ReloadAsync(int bucket, CancellationToken cancellationToken) =>
        Volatile.Write(ref _buckets[bucket], await store.ReadAsync(bucket, cancellationToken));
}
