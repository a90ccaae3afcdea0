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
        var keys = BucketKeys.Of(bucket);
        if (selector.LeaseId is { } one) return await ScanOneAsync(bucket, one, selector, cancellationToken);
        var sources = await SourcesAsync(keys, bucket, selector, cancellationToken);
        var (positions, isLast) = await RedisIssueOrder.ReadAsync(store, sources, position, take, cancellationToken);
        var leases = await RedisLeaseStore.ReadAllAsync(store, keys, [.. positions.Select(found => found.Id)], cancellationToken);
        var next = isLast ? null : positions[^1].ToString();
        return new LeaseScan([.. leases.Where(lease => lease.IsLive && selector.Matches(lease))], next);
    }

    private async Task<LeaseScan> ScanOneAsync(int bucket, LeaseId id, LeaseSelector selector, CancellationToken cancellationToken)
    {
        var leases = id.Bucket == bucket ? await RedisLeaseStore.ReadAllAsync(store, BucketKeys.Of(bucket), [id], cancellationToken) : [];
        return new LeaseScan([.. leases.Where(lease => lease.IsLive && selector.Matches(lease))], null);
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
