using CredBroker.Leases;

namespace CredBroker.Policy.Cedar.Replays;

/// <summary>What a task is said to hold, where no store is asked.</summary>
internal sealed class KnownLeases : ILeaseIndex
{
    /// <summary>The leases.</summary>
    public IReadOnlyList<Lease> Leases { get; set; } = [];

    public Task<LeaseScan> ScanAsync(int bucket, LeaseSelector selector, string? after, int take, CancellationToken cancellationToken) =>
        Task.FromResult(new LeaseScan(Leases, null));

    public Task<BucketPage<LeasePosition>> ListAsync(int bucket, LeaseSelector selector, LeasePosition? after, int take, CancellationToken cancellationToken) =>
        throw new NotSupportedException("Policies ask for live leases only.");

    public Task<IReadOnlyList<Lease>> ReadAsync(IReadOnlyList<LeaseId> ids, CancellationToken cancellationToken) =>
        throw new NotSupportedException("Policies ask for live leases only.");
}
