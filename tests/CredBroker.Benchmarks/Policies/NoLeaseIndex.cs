using CredBroker.Leases;

namespace CredBroker.Benchmarks.Policies;

/// <summary>A plain decision asks the store for nothing; one that does is no plain one.</summary>
internal sealed class NoLeaseIndex : ILeaseIndex, IWorkloadLeases
{
    public Task<long?> CountAsync(string tenant, string workload, string? template, IReadOnlyCollection<LeaseId> except, CancellationToken cancellationToken) => throw Asked();

    public Task<LeaseScan> ScanAsync(int bucket, LeaseSelector selector, string? after, int take, CancellationToken cancellationToken) => throw Asked();

    public Task<BucketPage<LeasePosition>> ListAsync(int bucket, LeaseSelector selector, LeasePosition? after, int take, CancellationToken cancellationToken) =>
        throw Asked();

    public Task<BeginOutcome.Replay?> FindByKeyAsync(TaskId taskId, string keyHash, string requestDigest, CancellationToken cancellationToken) =>
        throw Asked();

    public Task<IReadOnlyList<Lease>> ReadAsync(IReadOnlyList<LeaseId> ids, CancellationToken cancellationToken) => throw Asked();

    private static BenchException Asked() => new("A plain decision has asked the store.");
}
