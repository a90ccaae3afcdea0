using CredBroker.Leases;

namespace CredBroker.Server.Tests.Backends.Vault;

/// <summary>A store that knows the leases that it is given, and can be away. Nothing but finding is asked of it here.</summary>
internal sealed class FakeLeases : ILeaseStore
{
    private readonly Dictionary<LeaseId, Lease> _leases = [];

    public bool IsAway { get; set; }

    public void Put(Lease lease) => _leases[lease.Id] = lease;

    public Task<Lease?> FindAsync(LeaseId id, CancellationToken cancellationToken) =>
        IsAway ? throw new RefusedException(ErrorReason.StoreUnavailable, "away") : Task.FromResult(_leases.GetValueOrDefault(id));

    public Task<BeginOutcome> BeginAsync(LeaseIntent intent, CancellationToken cancellationToken) => throw new NotSupportedException();

    public Task<bool> RecordHandleAsync(Lease lease, string handle, CancellationToken cancellationToken) => throw new NotSupportedException();

    public Task<CommitOutcome> CommitAsync(Lease lease, string? handle, TimeSpan? ttl, long fenceEpoch, CancellationToken cancellationToken) => throw new NotSupportedException();

    public Task<RenewOutcome> RenewAsync(Lease lease, LeaseRenewal renewal, CancellationToken cancellationToken) => throw new NotSupportedException();

    public Task<IReadOnlyList<Lease>> RevokeAsync(RevokeRequest request, CancellationToken cancellationToken) => throw new NotSupportedException();

    public Task<LeasePage> ListAsync(TaskId taskId, long skip, int take, CancellationToken cancellationToken) => throw new NotSupportedException();
}
