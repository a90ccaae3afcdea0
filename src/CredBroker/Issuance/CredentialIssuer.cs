using CredBroker.Approvals;
using CredBroker.Audit;
using CredBroker.Leases;
using CredBroker.Policy;
using CredBroker.Tasks;
using Span = System.Diagnostics.Activity;

namespace CredBroker.Issuance;

/// <summary>
/// Issues credentials. The audit line is made durable while the store records the lease; the credential leaves only when
/// both have happened. A broker killed in between leaves a lease that expires, never a credential without one.
/// </summary>
public sealed class CredentialIssuer(
    TaskGate gate, ApprovedPlanner planner, LeaseRecorder recorder, CredentialMaker maker, IAuditLog audit, RefusalAudit refusals, TimeProvider time)
{
    /// <summary>Issues a credential to a task, or tells what that waits for.</summary>
    /// <exception cref="RefusedException">As <c>CredentialService.Issue</c> documents.</exception>
    public Task<IssueOutcome> IssueAsync(TaskToken token, IssueRequest request, CancellationToken cancellationToken) =>
        BrokerTelemetry.Spans.HasListeners() ? TraceAsync(token, request, cancellationToken) : JudgeAsync(token, request, cancellationToken);

    private async Task<IssueOutcome> TraceAsync(TaskToken token, IssueRequest request, CancellationToken cancellationToken)
    {
        using var span = BrokerTelemetry.Spans.StartActivity("credbroker.issue").About(token.TaskId);
        try
        {
            var outcome = await JudgeAsync(token, request, cancellationToken);
            if (span is not null) Describe(span, outcome);
            return outcome;
        }
        catch (Exception exception)
        {
            span.Failed(exception);
            throw;
        }
    }

    private static void Describe(Span span, IssueOutcome outcome)
    {
        if (outcome is not IssueOutcome.Issued({ Lease: var lease }))
        {
            span.Ended("pending");
            return;
        }

        span.About(lease.Id).Ended("issued");
        span.SetTag("credbroker.template", lease.Terms.Template).SetTag("credbroker.backend", lease.Terms.Backend);
    }

    private async Task<IssueOutcome> JudgeAsync(TaskToken token, IssueRequest request, CancellationToken cancellationToken)
    {
        var actor = AuditActor.Unknown;
        AgentTask? task = null;
        try
        {
            Validate(request);
            task = await gate.RecallAsync(token, cancellationToken);
            actor = ActorOf(task);
            return await IssueAsync(task, token, request, actor, cancellationToken);
        }
        // A token that is nobody's is for whoever took the call to record: it may be one of a flood.
        catch (RefusedException refusal) when (actor != AuditActor.Unknown || refusal.Reason is not ErrorReason.TaskTokenInvalid)
        {
            throw await refusals.JudgeAsync("issue", task, refusal, actor, (token.TaskId.Value, request.Template), cancellationToken);
        }
    }

    private static void Validate(IssueRequest request) => new RequestLimits()
        .RequiredText("template", request.Template)
        .Duration("ttl", request.Ttl)
        .Name("idempotency_key", request.IdempotencyKey)
        .Text("justification", request.Justification)
        .Require(request.Capabilities != Capabilities.None, "capabilities", "must name at least one")
        .ThrowIfAny();

    private async Task<IssueOutcome> IssueAsync(
        AgentTask task, TaskToken token, IssueRequest request, AuditActor actor, CancellationToken cancellationToken)
    {
        var (plan, awaits) = await planner.PlanAsync(task, token, request, cancellationToken);
        if (awaits is not null) return new IssueOutcome.AwaitsApproval(awaits);
        if (TraceContext.Of(Span.Current) is { } place) plan = plan with { Terms = plan.Terms with { TraceContext = place } };
        var intent = new LeaseIntent(LeaseId.New(task.Id.Bucket, time.GetUtcNow()), plan.Terms, token.SecretHash, plan.Ttl, plan.MaxTtl)
        {
            PerTask = plan.Template.PerTask,
            PerWorkload = plan.Template.PerWorkload,
            IdempotencyKeyHash = request.IdempotencyKeyHash,
            RequestDigest = request.Digest,
            ApprovalId = plan.Terms.ApprovalId,
            ApprovedAction = plan.ApprovedAction,
        };
        audit.RequireAvailable();
        // From here on it is carried through, whether or not the caller still listens: what is begun must be known to its end.
        var line = audit.AppendAsync(AllowedLine(intent, plan, request, actor), CancellationToken.None);
        Lease lease;
        IssuedCredential issued;
        try
        {
            (lease, var takesOver) = await SettleAsync(intent, recorder.BeginAsync(intent, CancellationToken.None), line);
            if (lease.Id == intent.Id) await ConfirmAsync(task, request, plan, lease, takesOver);
            issued = await maker.MakeAsync(lease, plan, task);
        }
        catch (Exception fault)
        {
            await TakeBackAsync(line, intent, actor, fault);
            throw;
        }

        if (lease.Id != intent.Id)
            await Task.WhenAll(line, audit.AppendAsync(NotIssuedLine(intent, actor, "replayed", lease.Id), CancellationToken.None));
        return new IssueOutcome.Issued(issued);
    }

    /// <summary>
    /// Waits for the store and for the audit line; a new lease stands only where both have held. A retry gets the lease that it is about, or one
    /// that takes over the place of that.
    /// </summary>
    private async Task<(Lease Lease, LeaseId? TakesOver)> SettleAsync(LeaseIntent intent, Task<BeginOutcome> begin, Task line)
    {
        var outcome = await begin;
        LeaseId? takesOver = null;
        if (outcome is BeginOutcome.Replay(var leaseId, var sameRequest))
        {
            var earlier = await recorder.ReplayAsync(leaseId, sameRequest);
            if (earlier is { State: LeaseState.Active, Terms.IsBrokerMinted: true }) return (earlier, null);
            if (earlier.State == LeaseState.Active) takesOver = earlier.Id;
            outcome = await recorder.SupersedeAsync(intent, earlier, CancellationToken.None);
        }

        if (outcome is not BeginOutcome.Begun(var lease)) throw Refusal(outcome);
        await RequireLineAsync(line, lease);
        return (lease, takesOver);
    }

    /// <summary>Lets a recorded lease go where policy says no to it beside what was recorded meanwhile.</summary>
    private async Task ConfirmAsync(AgentTask task, IssueRequest request, IssuePlan plan, Lease lease, LeaseId? takesOver)
    {
        try
        {
            await planner.ConfirmAsync(task, request, plan, lease.Id, takesOver);
        }
        catch
        {
            await recorder.AbandonAsync(lease);
            throw;
        }
    }

    private async Task RequireLineAsync(Task line, Lease lease)
    {
        try
        {
            await line;
            await planner.RecordUseAsync(lease);
        }
        catch (RefusedException)
        {
            await recorder.AbandonAsync(lease);
            throw;
        }
    }

    private static RefusedException Refusal(BeginOutcome outcome) => outcome switch
    {
        BeginOutcome.Refused(ErrorReason.TaskTokenInvalid) => TaskGate.Invalid(),
        BeginOutcome.Refused(ErrorReason.ApprovalDenied) => ApprovalRefusals.Denied(),
        BeginOutcome.Refused(ErrorReason.ApprovalLapsed) => ApprovalRefusals.Lapsed(),
        BeginOutcome.Refused(ErrorReason.PolicyDenied) => ApprovalRefusals.NotForThis(),
        BeginOutcome.AwaitsApproval => new RefusedException(ErrorReason.ConcurrentUpdate, "People have yet to agree; try again.") { RetryAfter = TimeSpan.FromSeconds(1) },
        BeginOutcome.Refused(var reason) => new RefusedException(reason, IssueRefusals.Sentence(reason)),
        BeginOutcome.Replay => new RefusedException(ErrorReason.ConcurrentUpdate, "The same request is being worked on elsewhere.") { RetryAfter = TimeSpan.FromSeconds(1) },
        BeginOutcome.StaleFences => new RefusedException(ErrorReason.ConcurrentUpdate, "Fences are changing; try again.") { RetryAfter = TimeSpan.FromSeconds(1) },
        _ => StoreClock.Fault(),
    };

    /// <summary>Says in the audit trail that the allowed issue did not take place, and waits until that is durable, or known not to be.</summary>
    private async Task TakeBackAsync(Task line, LeaseIntent intent, AuditActor actor, Exception fault)
    {
        try
        {
            await Task.WhenAll(line, audit.AppendAsync(NotIssuedLine(intent, actor, FaultName.Of(fault)), CancellationToken.None));
        }
        catch (RefusedException)
        {
            // The caller is refused anyway, and nothing was issued.
        }
    }

    private AuditEvent NotIssuedLine(LeaseIntent intent, AuditActor actor, string reason, LeaseId? replayOf = null) => new()
    {
        Type = AuditEventType.NotIssued,
        Time = time.GetUtcNow(),
        Actor = actor,
        TaskId = intent.Terms.TaskId.Value,
        LeaseId = intent.Id.Value,
        Reason = reason,
        Details = replayOf is { } id ? new Dictionary<string, string> { ["replay_of"] = id.Value } : new Dictionary<string, string>(),
    };

    private AuditEvent AllowedLine(LeaseIntent intent, IssuePlan plan, IssueRequest request, AuditActor actor) => new()
    {
        Type = AuditEventType.IssueAllowed,
        Time = time.GetUtcNow(),
        Actor = actor,
        TaskId = intent.Terms.TaskId.Value,
        LeaseId = intent.Id.Value,
        Details = WithReferences(intent.ApprovalId, plan.RetryOf, new Dictionary<string, string>(plan.Facts)
        {
            ["template_version"] = intent.Terms.TemplateVersion,
            ["ttl"] = intent.Ttl.ToString("c"),
            ["justification"] = request.Justification,
        }),
    };

    private static Dictionary<string, string> WithReferences(ApprovalId? id, LeaseId? retryOf, Dictionary<string, string> details)
    {
        if (id is { } approval) details[DecisionFacts.Approval] = approval.Value;
        if (retryOf is { } earlier) details["retry_of"] = earlier.Value;
        return details;
    }

    private static AuditActor ActorOf(AgentTask task) => new(ReasonName.Of(task.Kind), task.Subject, task.Tenant);
}
