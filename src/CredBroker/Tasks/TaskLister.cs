namespace CredBroker.Tasks;

/// <summary>Tasks as an operator sees them, those of some tenants, and as a task does: itself and what is below it.</summary>
public sealed class TaskLister(ITaskStore store, ITaskIndex index, TaskGate gate, TaskTree tree)
{
    private static readonly int[] AllBuckets = [.. Enumerable.Range(0, Buckets.Count)];

    /// <summary>One task, open or ended, while it is remembered.</summary>
    /// <exception cref="RefusedException"><see cref="ErrorReason.TaskNotFound"/>, also for another tenant's.</exception>
    public async Task<AgentTask> GetAsync(TenantScope scope, TaskId id, CancellationToken cancellationToken) =>
        await store.FindAsync(id, cancellationToken) is { } task && scope.Includes(task.Tenant) ? task : throw TaskGate.NotFound();

    /// <summary>
    /// Open and sealed tasks, newest first; an ended one is found by its id. A page may be short, or even empty, and still not
    /// be the last.
    /// </summary>
    /// <exception cref="RefusedException"><see cref="ErrorReason.InvalidRequest"/>.</exception>
    public async Task<(IReadOnlyList<AgentTask> Tasks, string NextPageToken)> ListAsync(
        TenantScope scope, TaskFilter filter, int pageSize, string pageToken, CancellationToken cancellationToken)
    {
        var take = PageToken.Size(pageSize);
        var after = ReadPosition(pageToken);
        var merge = new BucketMerge<TaskPosition, AgentTask>(
            TaskPosition.Order,
            (bucket, from, count) => index.ListAsync(bucket, from, count, cancellationToken),
            async places => [.. (await index.ReadAsync([.. places.Select(found => found.Id)], cancellationToken))
                .Where(task => scope.Includes(task.Tenant) && filter.Matches(task))
                .Join(places, task => task.Id, found => found.Id, (task, found) => (found, task))]);
        var (tasks, next) = await merge.ReadAsync(AllBuckets, after, take);
        return (tasks, PageToken.Write(next?.ToString()));
    }

    /// <summary>The task of a token and the tasks below it, newest first, ended ones too while they are remembered.</summary>
    /// <exception cref="RefusedException"><see cref="ErrorReason.TaskTokenInvalid"/> or <see cref="ErrorReason.InvalidRequest"/>.</exception>
    public async Task<(IReadOnlyList<AgentTask> Tasks, string NextPageToken)> ListBelowAsync(
        TaskToken token, TaskFilter filter, int pageSize, string pageToken, CancellationToken cancellationToken)
    {
        var take = PageToken.Size(pageSize);
        var after = ReadPosition(pageToken);
        var own = await gate.ReadAsync(token, cancellationToken);
        var all = await index.ReadAsync(await tree.ListAsync(own.Id, cancellationToken), cancellationToken);
        var rest = all.Where(filter.Matches).Where(task => PositionOf(task).IsAfter(after)).OrderBy(PositionOf, TaskPosition.Order).ToList();
        return rest.Count <= take ? (rest, "") : (rest[..take], PageToken.Write(PositionOf(rest[take - 1]).ToString()));
    }

    private static TaskPosition? ReadPosition(string pageToken)
    {
        TaskPosition? after = null;
        return PageToken.Read(pageToken) is { } place && !TaskPosition.TryParse(place, out after) ? throw PageToken.Invalid() : after;
    }

    private static TaskPosition PositionOf(AgentTask task) => new(task.OpenedAt, task.Id);
}
