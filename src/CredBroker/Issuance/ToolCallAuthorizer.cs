using CredBroker.Audit;
using CredBroker.Leases;
using CredBroker.Policy;
using CredBroker.Tasks;

namespace CredBroker.Issuance;

/// <summary>
/// Decides whether a task may make one call of a tool. The task has to be open now, no fence may stand in the way, and the line
/// of the decision is durable before the caller hears of it.
/// </summary>
public sealed class ToolCallAuthorizer(
    TaskGate gate, ToolCallPolicy policy, FenceBook fences, IAuditLog audit, RefusalAudit refusals, TimeProvider time)
{
    /// <summary>Decides. A no is a decision; a refusal means that there is nothing to decide about.</summary>
    /// <exception cref="RefusedException">As <c>CredentialService.AuthorizeToolCall</c> documents.</exception>
    public async Task<PolicyDecision> AuthorizeAsync(TaskToken token, ToolCallQuestion question, CancellationToken cancellationToken)
    {
        var actor = AuditActor.Unknown;
        try
        {
            Validate(question);
            var reading = gate.ReadAsync(token, cancellationToken).AsTask();
            // Nothing is recorded in the store, so no script of its own says whether another broker has raised a fence meanwhile.
            await Task.WhenAll(reading, fences.ReloadAsync(token.TaskId.Bucket, cancellationToken));
            var task = await reading;
            actor = new AuditActor(ReasonName.Of(task.Kind), task.Subject, task.Tenant);
            RequireOpen(task);
            var call = policy.CallOf(task, question);
            await fences.EvaluateAsync(LeaseId.New(task.Id.Bucket, time.GetUtcNow()), Terms(call), cancellationToken);
            var decision = await policy.DecideAsync(token, call, question, cancellationToken);
            await audit.AppendAsync(Line(call, question, decision, actor), cancellationToken);
            if (decision is { Refusal: { } denied, IsPending: false, IsOfBound: false }) await refusals.CountAsync(task, denied);
            return decision;
        }
        // A token that is nobody's is for whoever took the call to record: it may be one of a flood.
        catch (RefusedException refusal) when (actor != AuditActor.Unknown || refusal.Reason is not ErrorReason.TaskTokenInvalid)
        {
            await refusals.RecordAsync("tool_call", actor, refusal, token.TaskId.Value, question.Tool, cancellationToken);
            throw;
        }
    }

    private static void Validate(ToolCallQuestion question) => new RequestLimits()
        .RequiredText("tool", question.Tool)
        .RequiredText("target", question.Target)
        .Require(question.Capability is Capabilities.Read or Capabilities.Write, "capability", "must be READ or WRITE")
        .Digest("arguments_digest", question.ArgumentsDigest)
        .ThrowIfAny();

    private void RequireOpen(AgentTask task)
    {
        var now = time.GetUtcNow();
        if (task.State != TaskState.Open || task.Deadline <= now || task.HeartbeatDeadline <= now)
            throw new RefusedException(ErrorReason.TaskEnded, IssueRefusals.Sentence(ErrorReason.TaskEnded));
        if (task.AttestedUntil <= now) throw new RefusedException(ErrorReason.AttestationExpired, IssueRefusals.Sentence(ErrorReason.AttestationExpired));
    }

    /// <summary>A call as a lease that nothing has minted, for the fences that stand against leases.</summary>
    private static LeaseTerms Terms(ToolCall call) => new()
    {
        TaskId = call.Task.Id,
        Tenant = call.Task.Tenant,
        Workload = call.Task.Subject,
        Template = "",
        TemplateVersion = "",
        Target = call.Target,
        Sensitivity = call.Sensitivity,
        Risk = RiskLevel.Low,
        Capabilities = call.Capability,
        Backend = "",
        Revocability = Revocability.None,
        Renewable = false,
        PolicyVersion = "",
        Labels = LeaseLabels.OfTask(call.Task),
    };

    private AuditEvent Line(ToolCall call, ToolCallQuestion question, PolicyDecision decision, AuditActor actor) => new()
    {
        Type = TypeOf(decision),
        Time = time.GetUtcNow(),
        Actor = actor,
        TaskId = call.Task.Id.Value,
        Reason = decision.Refusal is { } refusal && !decision.IsPending ? ReasonName.Of(refusal) : null,
        Message = decision.Allowed ? null : decision.Message,
        Details = Details(call, question, decision),
    };

    private static AuditEventType TypeOf(PolicyDecision decision) => decision switch
    {
        { Allowed: true } => AuditEventType.ToolCallAllowed,
        { IsPending: true } => AuditEventType.ToolCallPending,
        _ => AuditEventType.ToolCallDenied,
    };

    private static Dictionary<string, string> Details(ToolCall call, ToolCallQuestion question, PolicyDecision decision)
    {
        var details = new Dictionary<string, string>(DecisionFacts.OfToolCall(call, decision)) { ["arguments_digest"] = question.ArgumentsDigest };
        if (decision.ApprovalId is { } approval) details[DecisionFacts.Approval] = approval.Value;
        return details;
    }
}
