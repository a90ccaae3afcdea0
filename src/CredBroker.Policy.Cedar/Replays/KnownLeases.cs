using CredBroker.Leases;

namespace CredBroker.Policy.Cedar.Replays;

/// <summary>What a task and its workload are said to hold, where no store is asked.</summary>
internal sealed class KnownLeases : ILeaseIndex, IWorkloadLeases
{
    /// <summary>The leases.</summary>
    public IReadOnlyList<Lease> Leases { get; set; } = [];

    /// <summary>How many the workload has; what is not told is none.</summary>
    public WorkloadCounts Counted { get; set; } = WorkloadCounts.None;

    public Task<long?> CountAsync(string tenant, string workload, string? template, IReadOnlyCollection<LeaseId> except, CancellationToken cancellationToken) =>
        Task.FromResult<long?>((template is null ? Counted.All : Counted.OfTemplate) ?? 0);

    public Task<LeaseScan> ScanAsync(int bucket, LeaseSelector selector, string? after, int take, CancellationToken cancellationToken) =>
        Task.FromResult(new LeaseScan(Leases, null));

    public Task<BucketPage<LeasePosition>> ListAsync(int bucket, LeaseSelector selector, LeasePosition? after, int take, CancellationToken cancellationToken) =>
        throw new NotSupportedException("Policies ask for live leases only.");

    public Task<BeginOutcome.Replay?> FindByKeyAsync(TaskId taskId, string keyHash, string requestDigest, CancellationToken cancellationToken) =>
        throw new NotSupportedException("Policies ask for live leases only.");

    public Task<IReadOnlyList<Lease>> ReadAsync(IReadOnlyList<LeaseId> ids, CancellationToken cancellationToken) =>
        throw new NotSupportedException("Policies ask for live leases only.");
}
