using CredBroker.Leases;

namespace CredBroker.Tests.Revocation;

/// <summary>Leases in memory, as far as ending them goes. What a backend has made is on its way out until the test says that it is gone.</summary>
internal sealed class StubLeases : ILeaseStore, ILeaseIndex
{
    private readonly Lock _gate = new();
    private readonly Dictionary<LeaseId, Lease> _leases = [];

    /// <summary>Leases whose record this broker cannot read.</summary>
    public HashSet<LeaseId> Unreadable { get; } = [];

    /// <summary>How many leases each look by ids asked for.</summary>
    public List<int> Looks { get; } = [];

    /// <summary>How often the leases of a task were listed.</summary>
    public int Lists { get; private set; }

    public Lease Add(TaskId task, string backend = BackendNames.Token)
    {
        var now = new DateTimeOffset(2026, 3, 14, 8, 0, 0, TimeSpan.Zero);
        var lease = new Lease
        {
            Id = LeaseId.New(task.Bucket, now),
            Terms = new LeaseTerms
            {
                TaskId = task,
                Tenant = "payments",
                Workload = "spiffe://acme.test/agent/a",
                Template = "orders",
                TemplateVersion = "sha256:1",
                Target = "orders",
                Sensitivity = Sensitivity.Internal,
                Risk = RiskLevel.Low,
                Capabilities = Capabilities.Read,
                Backend = backend,
                Revocability = Revocability.Instant,
                Renewable = true,
                PolicyVersion = "policy-1",
            },
            State = LeaseState.Active,
            Generation = 1,
            IssuedAt = now,
            ExpiresAt = now.AddMinutes(10),
            MaxExpiresAt = now.AddMinutes(10),
        };
        lock (_gate) _leases.Add(lease.Id, lease);
        return lease;
    }

    /// <summary>A backend has said the last word of a lease.</summary>
    public void Settle(LeaseId id, LeaseState state)
    {
        lock (_gate) _leases[id] = _leases[id] with { State = state };
    }

    /// <summary>What is remembered of a lease has run out.</summary>
    public void Forget(LeaseId id)
    {
        lock (_gate) _leases.Remove(id);
    }

    public int Count(LeaseState state)
    {
        lock (_gate) return _leases.Values.Count(lease => lease.State == state);
    }

    public Task<IReadOnlyList<Lease>> RevokeAsync(RevokeRequest request, CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            var changed = request.Leases.Where(lease => _leases[lease.Id].State is LeaseState.Intent or LeaseState.Active)
                .Select(lease => lease with { State = lease.Terms.IsBrokerMinted ? LeaseState.Revoked : LeaseState.Revoking, EndReason = request.Reason }).ToList();
            foreach (var lease in changed) _leases[lease.Id] = lease;
            return Task.FromResult<IReadOnlyList<Lease>>(changed);
        }
    }

    public Task<LeasePage> ListAsync(TaskId taskId, long skip, int take, CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            Lists++;
            var page = _leases.Values.Where(lease => lease.Terms.TaskId == taskId).Skip((int)skip).Take(take).ToList();
            return Task.FromResult(new LeasePage(page, page.Count < take ? null : skip + take));
        }
    }

    public Task<BeginOutcome.Replay?> FindByKeyAsync(TaskId taskId, string keyHash, string requestDigest, CancellationToken cancellationToken) =>
        throw new NotSupportedException();

    public Task<IReadOnlyList<Lease>> ReadAsync(IReadOnlyList<LeaseId> ids, CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            Looks.Add(ids.Count);
            return Task.FromResult<IReadOnlyList<Lease>>([.. ids.Where(id => _leases.ContainsKey(id) && !Unreadable.Contains(id)).Select(id => _leases[id])]);
        }
    }

    public Task<BeginOutcome> BeginAsync(LeaseIntent intent, CancellationToken cancellationToken) => throw new NotSupportedException();

    public Task<bool> RecordHandleAsync(Lease lease, string handle, CancellationToken cancellationToken) => throw new NotSupportedException();

    public Task<CommitOutcome> CommitAsync(Lease lease, string? handle, TimeSpan? ttl, long fenceEpoch, CancellationToken cancellationToken) =>
        throw new NotSupportedException();

    public Task<RenewOutcome> RenewAsync(Lease lease, LeaseRenewal renewal, CancellationToken cancellationToken) => throw new NotSupportedException();

    public Task<Lease?> FindAsync(LeaseId id, CancellationToken cancellationToken)
    {
        lock (_gate) return Unreadable.Contains(id) ? throw new FormatException("The record is damaged.") : Task.FromResult(_leases.GetValueOrDefault(id));
    }

    public Task<LeaseScan> ScanAsync(int bucket, LeaseSelector selector, string? after, int take, CancellationToken cancellationToken) =>
        throw new NotSupportedException();

    public Task<BucketPage<LeasePosition>> ListAsync(
        int bucket, LeaseSelector selector, LeasePosition? after, int take, CancellationToken cancellationToken) =>
        throw new NotSupportedException();
}
