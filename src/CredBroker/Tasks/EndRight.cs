using CredBroker.Templates;

namespace CredBroker.Tasks;

/// <summary>
/// Whose tasks the holder of a task token may end: its own and those below it, and for an orchestrator those of the workloads that its rule
/// names in <c>mayEnd</c>, in its own tenant. The rule is the one in force now, so that what it no longer says ends nothing.
/// </summary>
public sealed class EndRight(TaskGate gate, ITaskStore store, ITemplateCatalogue catalogue, TimeProvider time)
{
    /// <summary>A task that may be ended, and by whom, where that is somebody else. Nothing named = its own.</summary>
    /// <exception cref="RefusedException">
    /// <see cref="ErrorReason.TaskTokenInvalid"/>; <see cref="ErrorReason.TaskNotFound"/>, also where it may not be ended;
    /// <see cref="ErrorReason.AttestationExpired"/> or <see cref="ErrorReason.TaskEnded"/> of the orchestrator's own task.
    /// </exception>
    public async ValueTask<(AgentTask Task, string? EndedBy)> FindAsync(TaskToken token, TaskId? asked, CancellationToken cancellationToken)
    {
        var own = await gate.ReadAsync(token, cancellationToken);
        if (asked is null || asked == own.Id) return (own, null);
        if (await store.FindAsync(asked.Value, cancellationToken) is not { } task) throw TaskGate.NotFound();
        if (task.Ancestors.Contains(own.Id)) return (task, null);
        if (own.Kind != WorkloadKind.Orchestrator || task.Tenant != own.Tenant || !MayEnd(own, task)) throw TaskGate.NotFound();
        if (own.State != TaskState.Open) throw new RefusedException(ErrorReason.TaskEnded, "The orchestrator's own task is over.");
        if (time.GetUtcNow() >= own.AttestedUntil) throw new RefusedException(ErrorReason.AttestationExpired, "The orchestrator has to be attested again.");
        return (task, own.Subject);
    }

    private bool MayEnd(AgentTask orchestrator, AgentTask task) =>
        catalogue.Current.FindRule(orchestrator.Attestor, orchestrator.Subject, orchestrator.Selectors).Rule is { Kind: WorkloadKind.Orchestrator } rule
        && rule.Tenant == orchestrator.Tenant && rule.MayEnd.Any(pattern => pattern.Matches(task.Subject));
}
