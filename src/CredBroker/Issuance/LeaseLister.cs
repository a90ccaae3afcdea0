using CredBroker.Leases;
using CredBroker.Tasks;

namespace CredBroker.Issuance;

/// <summary>Leases as an operator sees them, those of some tenants, and as a task does: its own and those of the tasks below it.</summary>
public sealed class LeaseLister(ILeaseIndex index, ILeaseStore store, TaskGate gate)
{
    private static readonly int[] AllBuckets = [.. Enumerable.Range(0, Buckets.Count)];

    /// <summary>One lease.</summary>
    /// <exception cref="RefusedException"><see cref="ErrorReason.LeaseNotFound"/>, also for another tenant's.</exception>
    public async Task<Lease> GetAsync(TenantScope scope, LeaseId leaseId, CancellationToken cancellationToken) =>
        await store.FindAsync(leaseId, cancellationToken) is { } lease && scope.Includes(lease.Terms.Tenant) ? lease : throw NotFound();

    /// <summary>One lease of a token's task, or of a task below it.</summary>
    /// <exception cref="RefusedException"><see cref="ErrorReason.TaskTokenInvalid"/> or <see cref="ErrorReason.LeaseNotFound"/>, also for another task's.</exception>
    public async Task<Lease> GetBelowAsync(TaskToken token, LeaseId leaseId, CancellationToken cancellationToken)
    {
        var own = Below(await gate.ReadAsync(token, cancellationToken));
        var lease = leaseId.Bucket == token.TaskId.Bucket ? await store.FindAsync(leaseId, cancellationToken) : null;
        return lease is not null && own.Matches(lease) ? lease : throw NotFound();
    }

    /// <summary>
    /// Leases, oldest first. With a task they are all that are remembered of it and of the tasks below it; otherwise those whose
    /// end is not confirmed. A page may be short, or even empty, and still not be the last.
    /// </summary>
    /// <exception cref="RefusedException"><see cref="ErrorReason.InvalidRequest"/>.</exception>
    public Task<(IReadOnlyList<Lease> Leases, string NextPageToken)> ListAsync(
        TenantScope scope, LeaseSelector selector, IReadOnlyList<LeaseState> states, int pageSize, string pageToken, CancellationToken cancellationToken)
    {
        if (scope is { IsAll: false, Tenants.Count: 1 } && selector.Tenant is null) selector = selector with { Tenant = scope.Tenants.Single() };
        return ReadPageAsync(
            BucketsOf(selector), selector, lease => scope.Includes(lease.Terms.Tenant) && IsIn(states, lease), pageSize, pageToken, cancellationToken);
    }

    /// <summary>Leases that are remembered of a token's task and of the tasks below it, oldest first. A page may be short, or even empty, and still not be the last.</summary>
    /// <exception cref="RefusedException"><see cref="ErrorReason.TaskTokenInvalid"/> or <see cref="ErrorReason.InvalidRequest"/>.</exception>
    public async Task<(IReadOnlyList<Lease> Leases, string NextPageToken)> ListBelowAsync(
        TaskToken token, LeaseSelector selector, IReadOnlyList<LeaseState> states, int pageSize, string pageToken, CancellationToken cancellationToken)
    {
        var task = await gate.ReadAsync(token, cancellationToken);
        var own = Below(task);
        var root = selector.TaskId is { } named && !task.Ancestors.Contains(named) ? named : task.Id;
        // A tree has one bucket; whatever the selector names besides, nothing outside of the tree is shown.
        return await ReadPageAsync(
            [task.Id.Bucket], selector with { TaskId = root }, lease => own.Matches(lease) && IsIn(states, lease),
            pageSize, pageToken, cancellationToken);
    }

    private async Task<(IReadOnlyList<Lease> Leases, string NextPageToken)> ReadPageAsync(
        IReadOnlyList<int> buckets, LeaseSelector selector, Func<Lease, bool> isShown, int pageSize, string pageToken, CancellationToken cancellationToken)
    {
        var take = PageToken.Size(pageSize);
        LeasePosition? after = null;
        if (PageToken.Read(pageToken) is { } place && !LeasePosition.TryParse(place, out after)) throw PageToken.Invalid();
        var merge = new BucketMerge<LeasePosition, Lease>(
            LeasePosition.Order,
            (bucket, from, count) => index.ListAsync(bucket, selector, from, count, cancellationToken),
            async places => [.. (await index.ReadAsync([.. places.Select(found => found.Id)], cancellationToken))
                .Where(lease => selector.Matches(lease) && isShown(lease)).Join(places, lease => lease.Id, found => found.Id, (lease, found) => (found, lease))]);
        var (leases, next) = await merge.ReadAsync(buckets, after, take);
        return (leases, PageToken.Write(next?.ToString()));
    }

    private static LeaseSelector Below(AgentTask task) => new() { TaskId = task.Id };

    private static bool IsIn(IReadOnlyList<LeaseState> states, Lease lease) => states.Count == 0 || states.Contains(lease.State);

    private static int[] BucketsOf(LeaseSelector selector) => selector switch
    {
        { LeaseId: { } lease } => [lease.Bucket],
        { TaskId: { } task } => [task.Bucket],
        _ => AllBuckets,
    };

    private static RefusedException NotFound() => new(ErrorReason.LeaseNotFound, "There is no such lease.");
}
