using CredBroker.Tasks;
using StackExchange.Redis;

namespace CredBroker.Server.Storage.Redis;

/// <summary>Tasks in Redis, one script a transition.</summary>
internal sealed class RedisTaskStore(RedisStore store, StoreContact contact, StoreRoom room, TaskMetrics? metrics = null) : ITaskStore
{
    private const int MaxRounds = 5;

    public async Task<OpenOutcome> OpenAsync(AgentTask task, string requestDigest, CancellationToken cancellationToken)
    {
        room.Require(BucketKeys.Of(task.Id.Bucket).Task(task.Id));
        for (var round = 0; round < MaxRounds; round++)
        {
            if (await TryOpenAsync(task, requestDigest, cancellationToken) is not { } outcome) continue;
            if (outcome is OpenOutcome.Opened(var opened) && opened.Id == task.Id) metrics?.Opened(task);
            return outcome;
        }

        throw new RefusedException(ErrorReason.ConcurrentUpdate, "Others are opening a task of this name; try again.") { RetryAfter = TimeSpan.FromSeconds(1) };
    }

    public async Task<AgentTask?> FindAsync(TaskId id, CancellationToken cancellationToken)
    {
        var key = BucketKeys.Of(id.Bucket).Task(id);
        return TaskCodec.Read(id, await store.GuardAsync(database => database.HashGetAsync(key, TaskCodec.Fields), cancellationToken));
    }

    public async Task<HeartbeatOutcome> HeartbeatAsync(TaskToken token, TaskToken? reattested, CancellationToken cancellationToken)
    {
        var keys = BucketKeys.Of(token.TaskId.Bucket);
        var reply = await store.RunAsync(
            LuaScript.Heartbeat,
            [keys.Task(token.TaskId), keys.Due],
            [token.TaskId.Value, token.SecretHash, reattested?.SecretHash ?? ""],
            cancellationToken);
        return reply.Code switch
        {
            "OK" => new HeartbeatOutcome.Extended(reply.Time(0), reply.Time(1)),
            "TASK_ENDED" => new HeartbeatOutcome.Over(),
            _ => new HeartbeatOutcome.NotTheTasks(),
        };
    }

    public async Task<SealOutcome> SealAsync(SealRequest request, CancellationToken cancellationToken)
    {
        var keys = BucketKeys.Of(request.TaskId.Bucket);
        var reply = await store.RunAsync(
            LuaScript.Seal,
            [keys.Task(request.TaskId), keys.Due, keys.AuditOwed, keys.HighWater],
            [
                request.TaskId.Value, request.TokenHash ?? "", (int)request.Reason, request.Outcome,
                request.OnlyIfDue ? "1" : "0", store.Now, store.ClockBound, Instant.Write(request.ResumeAfter), request.EndedBy ?? "",
                Instant.Write(contact.UnbrokenFor(request.TaskId.Bucket)), Instant.Write(store.Options.HeartbeatGrace),
            ],
            cancellationToken);
        return reply.Code switch
        {
            "SEALED" => SealOutcome.Sealed,
            "WAS_SEALED" => SealOutcome.WasSealed,
            "WAS_ENDED" => SealOutcome.WasEnded,
            "NOT_DUE" => SealOutcome.NotDue,
            _ => SealOutcome.NotFound,
        };
    }

    public Task FinishAsync(AgentTask task, TimeSpan remember, CancellationToken cancellationToken)
    {
        var keys = BucketKeys.Of(task.Id.Bucket);
        return store.RunAsync(
            LuaScript.Finish,
            [
                keys.Task(task.Id), keys.LeasesOf(task.Id), keys.ChildrenOf(task.Id), keys.Tasks, keys.Due,
                task.TaskRef is null ? keys.Task(task.Id) : keys.TaskRef(task),
            ],
            [task.Id.Value, Instant.Write(remember)],
            cancellationToken);
    }

    public async Task<IReadOnlyList<TaskId>> ListChildrenAsync(TaskId id, CancellationToken cancellationToken)
    {
        var key = BucketKeys.Of(id.Bucket).ChildrenOf(id);
        var children = await store.GuardAsync(database => database.SortedSetRangeByRankAsync(key), cancellationToken);
        return [.. children.Select(child => TaskId.Parse((string)child!))];
    }

    /// <summary>Null where the name has become free meanwhile.</summary>
    private async Task<OpenOutcome?> TryOpenAsync(AgentTask task, string requestDigest, CancellationToken cancellationToken)
    {
        var keys = BucketKeys.Of(task.Id.Bucket);
        RedisKey own = keys.Task(task.Id);
        var named = task.TaskRef is not null;
        var reply = await store.RunAsync(
            LuaScript.OpenTask,
            [
                own, keys.Due, keys.Tasks, keys.HighWater, named ? keys.TaskRef(task) : own,
                task.ParentId is { } parent ? keys.Task(parent) : own, task.ParentId is { } above ? keys.ChildrenOf(above) : own,
            ],
            [
                task.Id.Value, task.TokenHash, store.Now, store.ClockBound, Instant.Write(task.MaxDuration),
                Instant.Write(task.HeartbeatInterval), Instant.Write(task.ReattestEvery), TaskCodec.Write(task), requestDigest,
                named ? "1" : "0", task.ParentId is null ? "0" : "1",
            ],
            cancellationToken);
        return reply.Code switch
        {
            "OK" => new OpenOutcome.Opened(task with
            {
                OpenedAt = reply.Time(0),
                Deadline = reply.Time(1),
                HeartbeatDeadline = reply.Time(2),
                AttestedUntil = reply.Time(3),
            }),
            "EXISTS" => await ReopenAsync(task, requestDigest, reply.Text(0), cancellationToken),
            "PARENT" => new OpenOutcome.ParentEnded(),
            _ => new OpenOutcome.ClockFault(),
        };
    }

    private async Task<OpenOutcome?> ReopenAsync(AgentTask asked, string requestDigest, string seen, CancellationToken cancellationToken)
    {
        var id = TaskId.Parse(seen[..seen.IndexOf(' ', StringComparison.Ordinal)]);
        var keys = BucketKeys.Of(id.Bucket);
        var reply = await store.RunAsync(
            LuaScript.ReopenTask, [keys.Task(id), keys.TaskRef(asked)], [id.Value, requestDigest, asked.TokenHash], cancellationToken);
        if (reply.Code == "FREE") return null;
        if (reply.Code != "OK") return new OpenOutcome.Exists(id);
        return await FindAsync(id, cancellationToken) is { } task ? new OpenOutcome.Opened(task) : new OpenOutcome.Exists(id);
    }
}
