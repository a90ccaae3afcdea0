namespace CredBroker.Leases;

/// <summary>The fences as this broker last saw them. Whether they are still the store's is for the script that issues to say.</summary>
public sealed class FenceBook(IFenceStore store)
{
    private readonly FenceSet[] _buckets = [.. Enumerable.Repeat(FenceSet.None, Buckets.Count)];

    /// <summary>Refuses where a fence matches; returns the epoch that was evaluated. Only what a known fence matches costs a trip: it may have been lifted since.</summary>
    /// <exception cref="RefusedException"><see cref="ErrorReason.Fenced"/> or <see cref="ErrorReason.Quarantined"/>.</exception>
    public async ValueTask<long> EvaluateAsync(LeaseId leaseId, LeaseTerms terms, CancellationToken cancellationToken)
    {
        // One set for both: somebody may load another between the look at the fences and the look at their epoch.
        var known = Known(leaseId.Bucket);
        if (known.Find(leaseId, terms) is null) return known.Epoch;
        known = await ReadAsync(leaseId.Bucket, cancellationToken);
        if (known.Find(leaseId, terms) is not { } fence) return known.Epoch;
        throw new RefusedException(
            fence.IsQuarantine ? ErrorReason.Quarantined : ErrorReason.Fenced,
            fence.IsQuarantine ? SentenceOf(fence) : "An operator has put a fence in the way.")
        {
            Metadata = new Dictionary<string, string> { ["fence_id"] = fence.Id.Value },
        };
    }

    /// <summary>Reads a bucket's fences again.</summary>
    public Task ReloadAsync(int bucket, CancellationToken cancellationToken) => ReadAsync(bucket, cancellationToken);

    private static string SentenceOf(Fence quarantine) =>
        quarantine.Selectors.Any(selector => selector.TaskId is not null) ? Quarantine.TaskSentence : Quarantine.WorkloadSentence;

    private FenceSet Known(int bucket) => Volatile.Read(ref _buckets[bucket]);

    private async Task<FenceSet> ReadAsync(int bucket, CancellationToken cancellationToken)
    {
        var read = await store.ReadAsync(bucket, cancellationToken);
        Volatile.Write(ref _buckets[bucket], read);
        return read;
    }
}
