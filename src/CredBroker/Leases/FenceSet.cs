namespace CredBroker.Leases;

/// <summary>The fences of one bucket, and the epoch that says whether they are still the ones in the store.</summary>
/// <param name="Epoch">Rises with every change in the bucket.</param>
/// <param name="Fences">The fences that stand.</param>
public sealed record FenceSet(long Epoch, IReadOnlyList<Fence> Fences)
{
    /// <summary>A bucket that never had a fence.</summary>
    public static FenceSet None { get; } = new(0, []);

    /// <summary>A fence that stands in the way of a lease; null where none does.</summary>
    public Fence? Find(LeaseId leaseId, LeaseTerms terms)
    {
        foreach (var fence in Fences)
            if (fence.Refuses(terms, leaseId)) return fence;
        return null;
    }
}
