using CredBroker.Leases;

namespace CredBroker.Tests.Policy.Cedar;

/// <summary>Live leases that a test says there are.</summary>
internal sealed class FakeLeaseIndex : ILeaseIndex, IWorkloadLeases
{
    public List<Lease> Live { get; } = [];

    public int Scans { get; private set; }

    public int Counts { get; private set; }

    public Task<long?> CountAsync(string tenant, string workload, string? template, IReadOnlyCollection<LeaseId> except, CancellationToken cancellationToken)
    {
        Counts++;
        var selector = new LeaseSelector { Tenant = tenant, Workload = workload, Template = template };
        var count = Live.Count(lease => selector.Matches(lease) && !except.Contains(lease.Id));
        return Task.FromResult(template is not null && count > IWorkloadLeases.MaxPerBucket ? (long?)null : count);
    }

    public Task<LeaseScan> ScanAsync(int bucket, LeaseSelector selector, string? after, int take, CancellationToken cancellationToken)
    {
        Scans++;
        var skip = after is null ? 0 : int.Parse(after, System.Globalization.CultureInfo.InvariantCulture);
        var page = Live.Where(selector.Matches).Skip(skip).Take(take).ToList();
        return Task.FromResult(new LeaseScan(page, page.Count < take ? null : $"{skip + take}"));
    }

    public Task<BucketPage<LeasePosition>> ListAsync(int bucket, LeaseSelector selector, LeasePosition? after, int take, CancellationToken cancellationToken) =>
        throw new NotSupportedException();

    public Task<BeginOutcome.Replay?> FindByKeyAsync(TaskId taskId, string keyHash, string requestDigest, CancellationToken cancellationToken) =>
        throw new NotSupportedException();

    public Task<IReadOnlyList<Lease>> ReadAsync(IReadOnlyList<LeaseId> ids, CancellationToken cancellationToken) => throw new NotSupportedException();
}
