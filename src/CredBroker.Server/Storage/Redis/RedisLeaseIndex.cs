using CredBroker.Leases;
using CredBroker.Tasks;
using StackExchange.Redis;

namespace CredBroker.Server.Storage.Redis;

/// <summary>
/// Live leases by the sorted sets that have them in the order of their issue: those of a task and of the tasks below it, of a
/// workload, of a template, or of every template that the bucket has ever seen.
/// </summary>
internal sealed class RedisLeaseIndex(RedisStore store, ITaskStore tasks) : ILeaseIndex
{
    public async Task<LeaseScan> ScanAsync(int bucket, LeaseSelector selector, string? after, int take, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(take);
        LeasePosition? position = null;
        if (after is not null && !LeasePosition.TryParse(after, out position)) throw new FormatException("Not a place in a scan of leases.");
        var page = await ListAsync(bucket, selector, position, take, cancellationToken);
        var leases = await RedisLeaseStore.ReadAllAsync(store, BucketKeys.Of(bucket), [.. page.Positions.Select(found => found.Id)], cancellationToken);
        var next = page.IsLast ? null : page.Positions[^1].ToString();
        return new LeaseScan([.. leases.Where(lease => lease.IsLive && selector.Matches(lease))], next);
    }

    public async Task<BucketPage<LeasePosition>> ListAsync(
        int bucket, LeaseSelector selector, LeasePosition? after, int take, CancellationToken cancellationToken)
    {
        if (selector.LeaseId is { } one) return await ListOneAsync(bucket, one, after, cancellationToken);
        var sources = await SourcesAsync(BucketKeys.Of(bucket), bucket, selector, cancellationToken);
        return await RedisIssueOrder.ReadAsync(store, sources, after, take, cancellationToken);
    }

    public async Task<BeginOutcome.Replay?> FindByKeyAsync(TaskId taskId, string keyHash, string requestDigest, CancellationToken cancellationToken)
    {
        var key = BucketKeys.Of(taskId.Bucket).IdempotencyKey(taskId, keyHash);
        var seen = await store.GuardAsync(database => database.StringGetAsync(key), cancellationToken);
        return seen.IsNull ? null : RedisLeaseStore.ReadReplay((string)seen!, requestDigest);
    }

    public async Task<IReadOnlyList<Lease>> ReadAsync(IReadOnlyList<LeaseId> ids, CancellationToken cancellationToken)
    {
        var read = await Task.WhenAll(ids.GroupBy(id => id.Bucket).Select(
            group => RedisLeaseStore.ReadAllAsync(store, BucketKeys.Of(group.Key), [.. group], cancellationToken)));
        var found = read.SelectMany(leases => leases).ToDictionary(lease => lease.Id);
        return [.. ids.Where(found.ContainsKey).Select(id => found[id])];
    }

    private async Task<BucketPage<LeasePosition>> ListOneAsync(int bucket, LeaseId id, LeasePosition? after, CancellationToken cancellationToken)
    {
        var leases = id.Bucket == bucket ? await RedisLeaseStore.ReadAllAsync(store, BucketKeys.Of(bucket), [id], cancellationToken) : [];
        return new BucketPage<LeasePosition>(
            [.. leases.Select(lease => new LeasePosition(lease.IssuedAt, lease.Id)).Where(found => found.IsAfter(after))], IsLast: true);
    }

    /// <summary>The sorted sets that together hold every live lease of the bucket that can match.</summary>
    private async Task<IReadOnlyList<RedisKey>> SourcesAsync(BucketKeys keys, int bucket, LeaseSelector selector, CancellationToken cancellationToken)
    {
        if (selector.TaskId is { } task) return task.Bucket == bucket ? await TreeAsync(keys, task, cancellationToken) : [];
        RedisKey? workload = selector is { Tenant: { } tenant, Workload: { } subject } ? keys.ByWorkload(tenant, subject) : (RedisKey?)null;
        RedisKey? template = selector.Template is { } name ? keys.ByTemplate(name) : (RedisKey?)null;
        if (workload is { } a && template is { } b) return [await SmallerAsync(a, b, cancellationToken)];
        if ((workload ?? template) is { } only) return [only];
        var all = await store.GuardAsync(database => database.SetMembersAsync(keys.TemplateIndexes), cancellationToken);
        return [.. all.Select(member => (RedisKey)(string)member!)];
    }

    private async Task<IReadOnlyList<RedisKey>> TreeAsync(BucketKeys keys, TaskId root, CancellationToken cancellationToken)
    {
        var tree = new List<TaskId> { root };
        for (var i = 0; i < tree.Count; i++) tree.AddRange(await tasks.ListChildrenAsync(tree[i], cancellationToken));
        return [.. tree.Select(keys.LeasesOf)];
    }

    private async Task<RedisKey> SmallerAsync(RedisKey a, RedisKey b, CancellationToken cancellationToken)
    {
        var lengths = await store.GuardAsync(
            database => Task.WhenAll(database.SortedSetLengthAsync(a), database.SortedSetLengthAsync(b)), cancellationToken);
        return lengths[0] <= lengths[1] ? a : b;
    }
}
