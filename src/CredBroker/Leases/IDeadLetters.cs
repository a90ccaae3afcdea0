namespace CredBroker.Leases;

/// <summary>
/// Leases whose backend would not revoke them. Every call refuses with <see cref="ErrorReason.StoreUnavailable"/> where the store
/// does not answer.
/// </summary>
public interface IDeadLetters
{
    /// <summary>Places of those of one bucket, in the order of their issue, after a place.</summary>
    Task<BucketPage<LeasePosition>> ListAsync(int bucket, LeasePosition? after, int take, CancellationToken cancellationToken);

    /// <summary>Dead letters by the ids of their leases, of any buckets, in the order of the ids; those that are none any more are left out.</summary>
    Task<IReadOnlyList<DeadLetter>> ReadAsync(IReadOnlyList<LeaseId> ids, CancellationToken cancellationToken);

    /// <summary>Makes one due now; false where nothing waits to be tried.</summary>
    Task<bool> RetryAsync(Lease lease, CancellationToken cancellationToken);
}
