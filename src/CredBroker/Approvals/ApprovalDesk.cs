using CredBroker.Policy;
using CredBroker.Tasks;
using CredBroker.Templates;
using Microsoft.Extensions.Logging;

namespace CredBroker.Approvals;

/// <summary>Where tasks ask people, and come back with their answer. Asking the same again is the same request, while it stands.</summary>
public sealed partial class ApprovalDesk(
    IApprovalStore store, IApprovalPlaces places, ITaskStore tasks, ITemplateCatalogue catalogue, ApprovalAudit audit, TimeProvider time,
    ILogger<ApprovalDesk> logger)
{
    /// <summary>Asks people, or holds the approval that a task comes with against what it asks for.</summary>
    /// <param name="task">The task.</param>
    /// <param name="token">Its token.</param>
    /// <param name="action">The very thing that is asked for.</param>
    /// <param name="needs">Who has to agree.</param>
    /// <param name="approvalId">What the task comes with; empty = nothing yet.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="RefusedException">
    /// <see cref="ErrorReason.ApprovalDenied"/>, <see cref="ErrorReason.ApprovalLapsed"/>, <see cref="ErrorReason.QuotaExceeded"/> where too much
    /// has been asked for the task, or <see cref="ErrorReason.PolicyDenied"/> where nobody can agree or the approval is for something else.
    /// </exception>
    public async Task<ApprovalStanding> RequireAsync(
        AgentTask task, TaskToken token, ApprovalAction action, IReadOnlyList<ApprovalNeed> needs, string approvalId, CancellationToken cancellationToken)
    {
        if (approvalId.Length == 0) return new ApprovalStanding(await AskAsync(task, token, action, needs, cancellationToken), MayUse: false);
        var request = await FindAsync(task, action, approvalId, cancellationToken);
        return request.State switch
        {
            ApprovalState.Denied => throw ApprovalRefusals.Denied(),
            ApprovalState.Lapsed => throw ApprovalRefusals.Lapsed(),
            // Whether what was used may be used, by a retry of the very request that used it, the store says.
            var state => new ApprovalStanding(request, MayUse: state is ApprovalState.Approved or ApprovalState.Used),
        };
    }

    /// <summary>Uses an approval for what leaves no lease, and returns it as it stands then.</summary>
    /// <exception cref="RefusedException">As <see cref="RequireAsync"/>; also where the task is over.</exception>
    public async Task<ApprovalRequest> UseAsync(ApprovalRequest request, TaskToken token, CancellationToken cancellationToken)
    {
        audit.RequireAvailable();
        if (await store.UseAsync(request, token.SecretHash, cancellationToken) is { } fault) throw Refusal(fault);
        return await RecordUseAsync(request.Id, cancellationToken);
    }

    /// <summary>Has it in the audit trail that an approval was used.</summary>
    /// <exception cref="RefusedException"><see cref="ErrorReason.AuditUnavailable"/>.</exception>
    public async Task<ApprovalRequest> RecordUseAsync(ApprovalId id, CancellationToken cancellationToken)
    {
        var used = await store.FindAsync(id, cancellationToken) ?? throw ApprovalRefusals.Lapsed();
        // What was used up is nobody's burden any more, whether or not its line can be written.
        var returning = ReturnPlaceAsync(used);
        await audit.RecordAsync(used, cancellationToken);
        await returning;
        return used;
    }

    /// <summary>Gives the place back if that can be done. It frees itself in the end, so it is nothing to refuse for what people have agreed to.</summary>
    private async Task ReturnPlaceAsync(ApprovalRequest request)
    {
        try
        {
            await places.ReturnAsync(request, CancellationToken.None);
        }
        catch (RefusedException fault)
        {
            LogNotReturned(fault, request.Id.Value);
        }
    }

    private async Task<ApprovalRequest> AskAsync(
        AgentTask task, TaskToken token, ApprovalAction action, IReadOnlyList<ApprovalNeed> needs, CancellationToken cancellationToken)
    {
        if (Quorum.Hindrance(needs, catalogue.Current.ApproverGroups) is { } hindrance)
            throw new RefusedException(ErrorReason.PolicyDenied, $"Policy asks for an approval that nobody can give: {hindrance}.");
        audit.RequireAvailable();
        var draft = new ApprovalRequest
        {
            Id = ApprovalId.New(task.Id.Bucket, time.GetUtcNow()),
            Action = action,
            Attestor = task.Attestor,
            Kind = task.Kind,
            Purpose = task.Purpose,
            Needs = needs,
            Barred = FourEyes.NamesOf(await ReadLineAsync(task, cancellationToken)),
        };
        switch (await store.AskAsync(draft, token.SecretHash, cancellationToken))
        {
            case AskOutcome.Asked(var asked):
                await audit.RecordAsync(asked, cancellationToken);
                return asked;
            case AskOutcome.Stands({ State: ApprovalState.Denied }):
                throw ApprovalRefusals.Denied();
            case AskOutcome.Stands(var standing):
                return standing;
            case AskOutcome.WorkloadFull:
                throw new RefusedException(
                    ErrorReason.QuotaExceeded, "The tasks of the workload have asked for as many approvals as they may; those that are refused or lapse count for a while.");
            case AskOutcome.Refused(var reason):
                throw Refusal(reason);
            default:
                throw StoreClock.Fault();
        }
    }

    /// <summary>The task and those above it. Who opened one that is forgotten cannot be told from anybody, so nobody can be asked.</summary>
    private async Task<IReadOnlyList<AgentTask>> ReadLineAsync(AgentTask task, CancellationToken cancellationToken)
    {
        var line = new List<AgentTask> { task };
        foreach (var id in task.Ancestors)
        {
            line.Add(await tasks.FindAsync(id, cancellationToken)
                ?? throw new RefusedException(ErrorReason.TaskEnded, "A task above this one is over."));
        }

        return line;
    }

    private async Task<ApprovalRequest> FindAsync(AgentTask task, ApprovalAction action, string approvalId, CancellationToken cancellationToken)
    {
        // Of another bucket it is another task's, and need not be looked for.
        if (!ApprovalId.TryParse(approvalId, out var id) || id.Bucket != task.Id.Bucket) throw ApprovalRefusals.NotForThis();
        if (await store.FindAsync(id, cancellationToken) is not { } request) throw ApprovalRefusals.NotForThis();
        if (request.Action == action) return request;
        throw request.Action.IsSameButForVersions(action) ? ApprovalRefusals.Outdated() : ApprovalRefusals.NotForThis();
    }

    private static RefusedException Refusal(UseFault fault) => fault switch
    {
        UseFault.Denied => ApprovalRefusals.Denied(),
        UseFault.Lapsed => ApprovalRefusals.Lapsed(),
        UseFault.NotTheTasks => TaskGate.Invalid(),
        UseFault.TaskEnded => Refusal(ErrorReason.TaskEnded),
        UseFault.ClockFault => StoreClock.Fault(),
        _ => ApprovalRefusals.NotForThis(),
    };

    private static RefusedException Refusal(ErrorReason reason) => reason switch
    {
        ErrorReason.TaskTokenInvalid => TaskGate.Invalid(),
        ErrorReason.TaskEnded => new RefusedException(reason, "The task is over."),
        ErrorReason.AttestationExpired => new RefusedException(reason, "Fresh evidence is due: send it with a heartbeat."),
        ErrorReason.QuotaExceeded => new RefusedException(reason, "The task has asked for as many approvals as it may; those that are refused or lapse count for a while."),
        _ => new RefusedException(ErrorReason.ConcurrentUpdate, "The same is being asked for elsewhere; try again.") { RetryAfter = TimeSpan.FromSeconds(1) },
    };

    [LoggerMessage(Level = LogLevel.Warning, Message = "The place of {ApprovalId} could not be given back; it frees itself")]
    private partial void LogNotReturned(Exception exception, string approvalId);
}
