using Microsoft.Extensions.Caching.Memory;

namespace CredBroker.Tasks;

/// <summary>
/// Tells whose task a token is. What never changes about a task is kept in memory, so that issuing costs no read; whether
/// the task is open and the token still good is decided by the store in the very script that acts on it.
/// </summary>
public sealed class TaskGate(ITaskStore store) : IDisposable
{
    private const long MaxRememberedBytes = 32 * 1024 * 1024;
    private static readonly TimeSpan Forget = TimeSpan.FromMinutes(5);
    private readonly MemoryCache _known = new(new MemoryCacheOptions { SizeLimit = MaxRememberedBytes });

    /// <summary>The task of a token, as it stands now in the store.</summary>
    /// <exception cref="RefusedException"><see cref="ErrorReason.TaskTokenInvalid"/>.</exception>
    public async ValueTask<AgentTask> ReadAsync(TaskToken token, CancellationToken cancellationToken)
    {
        if (await store.FindAsync(token.TaskId, cancellationToken) is not { } task || !token.Matches(task.TokenHash)) throw Invalid();
        _known.Set(token.TaskId, task, new MemoryCacheEntryOptions { Size = TaskSize.Of(task), SlidingExpiration = Forget });
        return task;
    }

    /// <summary>The task of a token as it was last seen. Only what never changes may be relied on.</summary>
    /// <exception cref="RefusedException"><see cref="ErrorReason.TaskTokenInvalid"/>.</exception>
    public ValueTask<AgentTask> RecallAsync(TaskToken token, CancellationToken cancellationToken) =>
        _known.TryGetValue(token.TaskId, out AgentTask? task) && token.Matches(task!.TokenHash)
            ? ValueTask.FromResult(task)
            : ReadAsync(token, cancellationToken);

    /// <summary>A task that a token may look at and end: its own, or one below it. Nothing named = its own.</summary>
    /// <exception cref="RefusedException"><see cref="ErrorReason.TaskTokenInvalid"/> or <see cref="ErrorReason.TaskNotFound"/>.</exception>
    public async ValueTask<AgentTask> ReadOwnOrBelowAsync(TaskToken token, TaskId? asked, CancellationToken cancellationToken)
    {
        var own = await ReadAsync(token, cancellationToken);
        if (asked is null || asked == own.Id) return own;
        return await store.FindAsync(asked.Value, cancellationToken) is { } other && other.Ancestors.Contains(own.Id)
            ? other
            : throw NotFound();
    }

    /// <inheritdoc/>
    public void Dispose() => _known.Dispose();

    /// <summary>The refusal of a task that is not there, or not the caller's; it does not say which.</summary>
    public static RefusedException NotFound() => new(ErrorReason.TaskNotFound, "There is no such task.");

    /// <summary>The refusal of a token that is missing, malformed or not the task's; it does not say which.</summary>
    public static RefusedException Invalid() => new(ErrorReason.TaskTokenInvalid, "The task token is missing or not valid.");
}
