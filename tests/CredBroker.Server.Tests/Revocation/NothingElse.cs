using CredBroker.Audit;
using CredBroker.Leases;

namespace CredBroker.Server.Tests.Revocation;

/// <summary>What a revocation touches beside its backend, where a test does not look there.</summary>
internal sealed class NothingElse : IWorkloadQuota, IAuditOutbox, ILeaseStore
{
    public Task<bool> TakeAsync(LeaseIntent intent, int limit, CancellationToken cancellationToken) => Task.FromResult(true);

    public Task ReturnAsync(IReadOnlyList<(LeaseId Id, LeaseTerms Terms)> leases, CancellationToken cancellationToken) => Task.CompletedTask;

    public Task<IReadOnlyList<OwedAudit>> ReadOwedAsync(TimeSpan age, int perBucket, CancellationToken cancellationToken) =>
        Task.FromResult<IReadOnlyList<OwedAudit>>([]);

    public Task SettleAsync(IReadOnlyList<OwedAudit> owed, CancellationToken cancellationToken) => Task.CompletedTask;

    public Task<BeginOutcome> BeginAsync(LeaseIntent intent, CancellationToken cancellationToken) => throw new NotSupportedException();

    public Task<bool> RecordHandleAsync(Lease lease, string handle, CancellationToken cancellationToken) => throw new NotSupportedException();

    public Task<CommitOutcome> CommitAsync(Lease lease, string? handle, TimeSpan? ttl, long fenceEpoch, CancellationToken cancellationToken) =>
        throw new NotSupportedException();

    public Task<RenewOutcome> RenewAsync(Lease lease, LeaseRenewal renewal, CancellationToken cancellationToken) => throw new NotSupportedException();

    public Task<IReadOnlyList<Lease>> RevokeAsync(RevokeRequest request, CancellationToken cancellationToken) => throw new NotSupportedException();

    public Task<Lease?> FindAsync(LeaseId id, CancellationToken cancellationToken) => throw new NotSupportedException();

    public Task<LeasePage> ListAsync(TaskId taskId, long skip, int take, CancellationToken cancellationToken) => throw new NotSupportedException();
}
