using System.Diagnostics.CodeAnalysis;
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
        return Remember(task);
    }

    /// <summary>The task of a token as it was last seen. Only what never changes may be relied on.</summary>
    /// <exception cref="RefusedException"><see cref="ErrorReason.TaskTokenInvalid"/>.</exception>
    public ValueTask<AgentTask> RecallAsync(TaskToken token, CancellationToken cancellationToken) =>
        TryRecall(token, out var task) ? ValueTask.FromResult(task) : ReadAsync(token, cancellationToken);

    /// <summary>The task of a token as it was last seen by this broker; false where it was not seen of late. The store is not asked.</summary>
    public bool TryRecall(TaskToken token, [NotNullWhen(true)] out AgentTask? task) =>
        _known.TryGetValue(token.TaskId, out task) && token.Matches(task!.TokenHash);

    /// <summary>Whether somebody has a token's secret, whichever key they proved to hold. It says who may be listened to at all, and nothing more.</summary>
    /// <exception cref="RefusedException"><see cref="ErrorReason.TaskTokenInvalid"/>.</exception>
    public async ValueTask RequireHolderAsync(TaskToken token, CancellationToken cancellationToken) => await RecallHolderAsync(token, cancellationToken);

    /// <summary>The task of a token's secret, whichever key its bearer proved to hold, as it was last seen. Only what never changes may be relied on.</summary>
    /// <exception cref="RefusedException"><see cref="ErrorReason.TaskTokenInvalid"/>.</exception>
    public ValueTask<AgentTask> RecallHolderAsync(TaskToken token, CancellationToken cancellationToken) =>
        _known.TryGetValue(token.TaskId, out AgentTask? task) && IsHeldBy(token, task!) ? ValueTask.FromResult(task!) : ReadHolderAsync(token, cancellationToken);

    /// <summary>The task of a token's secret, whichever key its bearer proved to hold, as it stands now in the store.</summary>
    /// <exception cref="RefusedException"><see cref="ErrorReason.TaskTokenInvalid"/>.</exception>
    public async ValueTask<AgentTask> ReadHolderAsync(TaskToken token, CancellationToken cancellationToken)
    {
        if (await store.FindAsync(token.TaskId, cancellationToken) is not { } found || !IsHeldBy(token, found)) throw Invalid();
        return Remember(found);
    }

    private AgentTask Remember(AgentTask task) =>
        _known.Set(task.Id, task, new MemoryCacheEntryOptions { Size = TaskSize.Of(task), SlidingExpiration = Forget });

    private static bool IsHeldBy(TaskToken token, AgentTask task) => token.BoundTo(task.Key).Matches(task.TokenHash);

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
    public static RefusedException Invalid() => new(ErrorReason.TaskTokenInvalid, "The task token is missing or not valid, or is bound to a key that was not proved.");
}
