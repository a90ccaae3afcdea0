namespace CredBroker.Leases;

/// <summary>
/// Durable leases. Each call is one atomic transition by compare-and-set; every one refuses with
/// <see cref="ErrorReason.StoreUnavailable"/> where the store does not answer.
/// </summary>
public interface ILeaseStore
{
    /// <summary>
    /// Records a lease with all its indexes, before anything is made. A broker-minted one is active at once. One that supersedes
    /// another takes over its idempotency key and ends it, all in one.
    /// </summary>
    Task<BeginOutcome> BeginAsync(LeaseIntent intent, CancellationToken cancellationToken);

    /// <summary>Stores what undoes a reservation, and gives making its credential the whole life of an intent from now; false where the lease's end came first and nothing more may be made.</summary>
    Task<bool> RecordHandleAsync(Lease lease, string handle, CancellationToken cancellationToken);

    /// <summary>Lets a credential leave the broker, or refuses.</summary>
    Task<CommitOutcome> CommitAsync(Lease lease, string? handle, TimeSpan? ttl, long fenceEpoch, CancellationToken cancellationToken);

    /// <summary>Moves the end of an active lease, never past its maximum.</summary>
    Task<RenewOutcome> RenewAsync(Lease lease, LeaseRenewal renewal, CancellationToken cancellationToken);

    /// <summary>Records the end of leases; returns those that changed, as they stand now. The one way in to revocation.</summary>
    Task<IReadOnlyList<Lease>> RevokeAsync(RevokeRequest request, CancellationToken cancellationToken);

    /// <summary>The lease, or null where it is unknown or forgotten.</summary>
    /// <exception cref="FormatException">Its record cannot be read.</exception>
    Task<Lease?> FindAsync(LeaseId id, CancellationToken cancellationToken);

    /// <summary>Leases of a task, oldest first, starting at <paramref name="skip"/>; those already forgotten, or unreadable, are left out.</summary>
    Task<LeasePage> ListAsync(TaskId taskId, long skip, int take, CancellationToken cancellationToken);
}
