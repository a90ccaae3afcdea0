using CredBroker.Leases;

namespace CredBroker.TestHost;

/// <summary>A lease store that dies before or after some of its steps.</summary>
internal sealed class CrashingLeaseStore(ILeaseStore inner, CrashPoint crash) : ILeaseStore
{
    public async Task<BeginOutcome> BeginAsync(LeaseIntent intent, CancellationToken cancellationToken)
    {
        var outcome = await inner.BeginAsync(intent, cancellationToken);
        crash.Reached("after-begin");
        return outcome;
    }

    public async Task<bool> RecordHandleAsync(Lease lease, string handle, CancellationToken cancellationToken)
    {
        var recorded = await inner.RecordHandleAsync(lease, handle, cancellationToken);
        crash.Reached("after-handle");
        return recorded;
    }

    public async Task<CommitOutcome> CommitAsync(Lease lease, string? handle, TimeSpan? ttl, long fenceEpoch, CancellationToken cancellationToken)
    {
        crash.Reached("before-commit");
        var outcome = await inner.CommitAsync(lease, handle, ttl, fenceEpoch, cancellationToken);
        crash.Reached("after-commit");
        return outcome;
    }

    public Task<RenewOutcome> RenewAsync(Lease lease, LeaseRenewal renewal, CancellationToken cancellationToken) =>
        inner.RenewAsync(lease, renewal, cancellationToken);

    public async Task<IReadOnlyList<Lease>> RevokeAsync(RevokeRequest request, CancellationToken cancellationToken)
    {
        crash.Reached("before-revoke");
        var changed = await inner.RevokeAsync(request, cancellationToken);
        crash.Reached("after-revoke");
        return changed;
    }

    public Task<Lease?> FindAsync(LeaseId id, CancellationToken cancellationToken) => inner.FindAsync(id, cancellationToken);

    public Task<LeasePage> ListAsync(TaskId taskId, long skip, int take, CancellationToken cancellationToken) =>
        inner.ListAsync(taskId, skip, take, cancellationToken);
}
