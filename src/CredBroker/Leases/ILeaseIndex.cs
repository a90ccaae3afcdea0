namespace CredBroker.Leases;

/// <summary>
/// Finds live leases, bucket by bucket. Every call refuses with <see cref="ErrorReason.StoreUnavailable"/> where the store
/// does not answer.
/// </summary>
public interface ILeaseIndex
{
    /// <summary>
    /// Live leases of one bucket that match, in the order of their issue, after a place that an earlier call returned. The
    /// smallest index that fits the selector is read, at most <paramref name="take"/> entries of it. A lease that was recorded
    /// before the first call and lives until the last is found, whatever comes and goes meanwhile.
    /// </summary>
    /// <exception cref="FormatException"><paramref name="after"/> is not of an earlier call.</exception>
    Task<LeaseScan> ScanAsync(int bucket, LeaseSelector selector, string? after, int take, CancellationToken cancellationToken);

    /// <summary>
    /// Places of leases of one bucket that may match, in order, after a place. With a task they are all that are remembered of
    /// it and of the tasks below it; otherwise those whose end is not confirmed.
    /// </summary>
    Task<BucketPage<LeasePosition>> ListAsync(int bucket, LeaseSelector selector, LeasePosition? after, int take, CancellationToken cancellationToken);

    /// <summary>The lease that an idempotency key of a task was used for, and whether for the same request; null where it was not used, or that is forgotten.</summary>
    Task<BeginOutcome.Replay?> FindByKeyAsync(TaskId taskId, string keyHash, string requestDigest, CancellationToken cancellationToken);

    /// <summary>Leases by their ids, of any buckets, in the order of the ids; those that are unknown, forgotten or unreadable are left out.</summary>
    Task<IReadOnlyList<Lease>> ReadAsync(IReadOnlyList<LeaseId> ids, CancellationToken cancellationToken);
}
