using CredBroker.Tasks;

namespace CredBroker.TestHost;

/// <summary>A task store that dies after some of its steps.</summary>
internal sealed class CrashingTaskStore(ITaskStore inner, CrashPoint crash) : ITaskStore
{
    public async Task<OpenOutcome> OpenAsync(AgentTask task, string requestDigest, CancellationToken cancellationToken)
    {
        var outcome = await inner.OpenAsync(task, requestDigest, cancellationToken);
        crash.Reached("after-open");
        return outcome;
    }

    public Task<AgentTask?> FindAsync(TaskId id, CancellationToken cancellationToken) => inner.FindAsync(id, cancellationToken);

    public Task<HeartbeatOutcome> HeartbeatAsync(TaskToken token, TaskToken? reattested, CancellationToken cancellationToken) =>
        inner.HeartbeatAsync(token, reattested, cancellationToken);

    public async Task<SealOutcome> SealAsync(SealRequest request, CancellationToken cancellationToken)
    {
        var outcome = await inner.SealAsync(request, cancellationToken);
        if (outcome == SealOutcome.Sealed) crash.Reached("after-seal");
        return outcome;
    }

    public async Task FinishAsync(AgentTask task, TimeSpan remember, CancellationToken cancellationToken)
    {
        await inner.FinishAsync(task, remember, cancellationToken);
        crash.Reached("after-finish");
    }

    public Task<IReadOnlyList<TaskId>> ListChildrenAsync(TaskId id, CancellationToken cancellationToken) => inner.ListChildrenAsync(id, cancellationToken);
}
