using CredBroker.Leases;

namespace CredBroker.Server.Tests.Faults;

/// <summary>A lease store that does what it is asked and does not hear its own answer.</summary>
internal sealed class DeafLeaseStore(ILeaseStore inner) : ILeaseStore
{
    /// <summary>Whether the record of a lease is answered by nothing.</summary>
    public bool IsDeafToBegin { get; set; }

    public async Task<BeginOutcome> BeginAsync(LeaseIntent intent, CancellationToken cancellationToken)
    {
        var outcome = await inner.BeginAsync(intent, cancellationToken);
        return IsDeafToBegin ? throw new RefusedException(ErrorReason.StoreUnavailable, "The answer was lost.") { RetryAfter = TimeSpan.FromSeconds(1) } : outcome;
    }

    public Task<bool> RecordHandleAsync(Lease lease, string handle, CancellationToken cancellationToken) =>
        inner.RecordHandleAsync(lease, handle, cancellationToken);

    public Task<CommitOutcome> CommitAsync(Lease lease, string? handle, TimeSpan? ttl, long fenceEpoch, CancellationToken cancellationToken) =>
        inner.CommitAsync(lease, handle, ttl, fenceEpoch, cancellationToken);

    public Task<RenewOutcome> RenewAsync(Lease lease, LeaseRenewal renewal, CancellationToken cancellationToken) =>
        inner.RenewAsync(lease, renewal, cancellationToken);

    public Task<IReadOnlyList<Lease>> RevokeAsync(RevokeRequest request, CancellationToken cancellationToken) => inner.RevokeAsync(request, cancellationToken);

    public Task<Lease?> FindAsync(LeaseId id, CancellationToken cancellationToken) => inner.FindAsync(id, cancellationToken);

    public Task<LeasePage> ListAsync(TaskId taskId, long skip, int take, CancellationToken cancellationToken) =>
        inner.ListAsync(taskId, skip, take, cancellationToken);
}
