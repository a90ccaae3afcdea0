namespace CredBroker.Leases;

/// <summary>The fences as this broker last saw them. Whether they are still the store's is for the script that issues to say.</summary>
public sealed class FenceBook(IFenceStore store)
{
    private readonly FenceSet[] _buckets = [.. Enumerable.Repeat(FenceSet.None, Buckets.Count)];

    /// <summary>Refuses where a fence matches; returns the epoch that was evaluated. Only what a known fence matches costs a trip: it may have been lifted since.</summary>
    /// <exception cref="RefusedException"><see cref="ErrorReason.Fenced"/>.</exception>
    public async ValueTask<long> EvaluateAsync(LeaseId leaseId, LeaseTerms terms, CancellationToken cancellationToken)
    {
        if (Find(leaseId, terms) is null) return Known(leaseId).Epoch;
        await ReloadAsync(leaseId.Bucket, cancellationToken);
        if (Find(leaseId, terms) is not { } fence) return Known(leaseId).Epoch;
        throw new RefusedException(ErrorReason.Fenced, "An operator has put a fence in the way.")
        {
            Metadata = new Dictionary<string, string> { ["fence_id"] = fence.Id.Value },
        };
    }

    /// <summary>Reads a bucket's fences again.</summary>
    public async Task ReloadAsync(int bucket, CancellationToken cancellationToken) =>
        Volatile.Write(ref _buckets[bucket], await store.ReadAsync(bucket, cancellationToken));

    private FenceSet Known(LeaseId leaseId) => Volatile.Read(ref _buckets[leaseId.Bucket]);

    private Fence? Find(LeaseId leaseId, LeaseTerms terms)
    {
        foreach (var fence in Known(leaseId).Fences)
            if (fence.Refuses(terms, leaseId)) return fence;
        return null;
    }
}
