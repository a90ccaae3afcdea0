using CredBroker.Leases;

namespace CredBroker.Issuance;

/// <summary>What an operator may see: the leases of some tenants.</summary>
public sealed class LeaseLister(ILeaseIndex index, ILeaseStore store)
{
    private static readonly int[] AllBuckets = [.. Enumerable.Range(0, Buckets.Count)];

    /// <summary>One lease.</summary>
    /// <exception cref="RefusedException"><see cref="ErrorReason.LeaseNotFound"/>, also for another tenant's.</exception>
    public async Task<Lease> GetAsync(TenantScope scope, LeaseId leaseId, CancellationToken cancellationToken) =>
        await store.FindAsync(leaseId, cancellationToken) is { } lease && scope.Includes(lease.Terms.Tenant)
            ? lease
            : throw new RefusedException(ErrorReason.LeaseNotFound, "There is no such lease.");

    /// <summary>
    /// Leases, oldest first. With a task they are all that are remembered of it and of the tasks below it; otherwise those whose
    /// end is not confirmed. A page may be short, or even empty, and still not be the last.
    /// </summary>
    /// <exception cref="RefusedException"><see cref="ErrorReason.InvalidRequest"/>.</exception>
    public async Task<(IReadOnlyList<Lease> Leases, string NextPageToken)> ListAsync(
        TenantScope scope, LeaseSelector selector, IReadOnlyList<LeaseState> states, int pageSize, string pageToken, CancellationToken cancellationToken)
    {
        var take = PageToken.Size(pageSize);
        LeasePosition? after = null;
        if (PageToken.Read(pageToken) is { } place && !LeasePosition.TryParse(place, out after)) throw PageToken.Invalid();
        if (scope is { IsAll: false, Tenants.Count: 1 } && selector.Tenant is null) selector = selector with { Tenant = scope.Tenants.Single() };
        var merge = new BucketMerge<LeasePosition, Lease>(
            LeasePosition.Order,
            (bucket, from, count) => index.ListAsync(bucket, selector, from, count, cancellationToken),
            async places => [.. (await index.ReadAsync([.. places.Select(found => found.Id)], cancellationToken))
                .Where(IsWanted).Join(places, lease => lease.Id, found => found.Id, (lease, found) => (found, lease))]);
        var (leases, next) = await merge.ReadAsync(BucketsOf(selector), after, take);
        return (leases, PageToken.Write(next?.ToString()));

        bool IsWanted(Lease lease) =>
            scope.Includes(lease.Terms.Tenant) && selector.Matches(lease) && (states.Count == 0 || states.Contains(lease.State));
    }

    private static int[] BucketsOf(LeaseSelector selector) => selector switch
    {
        { LeaseId: { } lease } => [lease.Bucket],
        { TaskId: { } task } => [task.Bucket],
        _ => AllBuckets,
    };
}
