using CredBroker.Tasks;

namespace CredBroker.Revocation;

/// <summary>The verb <c>End</c> for whoever asks for it: who may, the end itself, and the wait for its confirmation.</summary>
public sealed class TaskEnding(EndRight right, TaskEnder ender, TaskConfirmation confirmation)
{
    /// <inheritdoc cref="EndRight.FindAsync"/>
    public ValueTask<(AgentTask Task, string? EndedBy)> FindAsync(TaskToken token, TaskId? asked, CancellationToken cancellationToken) =>
        right.FindAsync(token, asked, cancellationToken);

    /// <summary>Ends a task that may be ended. Once begun it is carried through, whether or not the caller still listens.</summary>
    /// <exception cref="RefusedException"><see cref="ErrorReason.TaskNotFound"/>.</exception>
    public async Task<TaskReceipt> EndAsync(SealRequest request, TimeSpan wait, CancellationToken cancellationToken)
    {
        var ended = await ender.EndAsync(request, CancellationToken.None) ?? throw TaskGate.NotFound();
        return await confirmation.WaitAsync(ended, wait, cancellationToken);
    }
}
