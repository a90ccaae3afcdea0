using System.Net;
using CredBroker.Attestation;
using CredBroker.Audit;
using CredBroker.Policy;
using CredBroker.Tasks;

namespace CredBroker.Issuance;

/// <summary>Opens tasks: attests the caller, bounds what it asks for by its rule, and records the task before its token leaves.</summary>
public sealed class TaskOpener(
    WorkloadAttestation attestation,
    DelegationCheck delegation,
    IPolicyEvaluator policy,
    ITaskStore store,
    IAuditLog audit,
    RefusalAudit refusals,
    TimeProvider time)
{
    private const string TaskIdName = "task_id";

    /// <summary>Opens a task.</summary>
    /// <exception cref="RefusedException">As <c>TaskService.OpenTask</c> documents.</exception>
    public Task<OpenedTask> OpenAsync(OpenTaskRequest request, CancellationToken cancellationToken) =>
        BrokerTelemetry.Spans.HasListeners() ? TraceAsync(request, cancellationToken) : JudgeAsync(request, cancellationToken);

    private async Task<OpenedTask> TraceAsync(OpenTaskRequest request, CancellationToken cancellationToken)
    {
        using var span = BrokerTelemetry.Spans.StartActivity("credbroker.task.open");
        try
        {
            var opened = await JudgeAsync(request, cancellationToken);
            span.About(opened.Task.Id).Ended("opened");
            return opened;
        }
        catch (Exception exception)
        {
            span.Failed(exception);
            throw;
        }
    }

    private async Task<OpenedTask> JudgeAsync(OpenTaskRequest request, CancellationToken cancellationToken)
    {
        var actor = AuditActor.Unknown;
        AgentTask? draft = null;
        AgentTask? parent = null;
        try
        {
            Validate(request);
            parent = await delegation.FindParentAsync(request.ParentTaskToken, request.Evidence.Possession?.Key, cancellationToken);
            if (parent is not null) await refusals.RequireFreeAsync(parent, cancellationToken);
            var identity = await attestation.AttestAsync(request.Evidence, cancellationToken);
            actor = new AuditActor(ReasonName.Of(identity.Kind), identity.Subject, identity.Tenant);
            var ceiling = await delegation.CheckAsync(parent, identity, request.Delegation, request.Source, cancellationToken);
            audit.RequireAvailable();
            var (task, token) = Draft(request, identity, parent, ceiling);
            var decision = await policy.EvaluateOpeningAsync(task, request.Source, cancellationToken);
            if (!decision.Allowed) throw decision.ToRefusal(template: null, DecisionFacts.OfOpening(task, request.Source));
            cancellationToken.ThrowIfCancellationRequested();
            draft = task;
            return await RecordAsync(request, task, token, OpenedLine(task, actor, request.Source, decision));
        }
        catch (RefusedException refusal)
        {
            var taskId = refusal.Metadata.GetValueOrDefault(TaskIdName) ?? draft?.Id.Value;
            // Whoever asks with a task's token for more than that task may hand down is counted among what that task was refused.
            throw await refusals.JudgeAsync("open_task", parent, refusal, actor, (taskId, null), cancellationToken);
        }
    }

    private static void Validate(OpenTaskRequest request)
    {
        var limits = new RequestLimits()
            .RequiredText("purpose", request.Purpose)
            .Text("intent", request.Intent)
            .Name("task_ref", request.TaskRef)
            .Labels("labels", request.Labels)
            .Duration("max_duration", request.MaxDuration)
            .Duration("heartbeat_interval", request.HeartbeatInterval)
            .Require(request.Delegation.Count == 0 || request.ParentTaskToken.Length > 0, "delegation", "needs a parent_task_token")
            .Require(request.Delegation.Count > 0 || request.ParentTaskToken.Length == 0, "delegation", "must name what the parent passes down");
        limits
            .Require(request.Delegation.Count <= DelegationCheck.MaxPassed, "delegation", $"must not name more than {DelegationCheck.MaxPassed} templates")
            .Require(request.Delegation.DistinctBy(passed => passed.Template).Count() == request.Delegation.Count, "delegation", "must name each template once");
        foreach (var passed in request.Delegation.Take(DelegationCheck.MaxPassed))
            limits.RequiredText("delegation.template", passed.Template).Duration("delegation.max_ttl", passed.MaxTtl);
        limits.ThrowIfAny();
    }

    private (AgentTask Task, TaskToken Token) Draft(
        OpenTaskRequest request, WorkloadIdentity identity, AgentTask? parent, IReadOnlyList<DelegatedTemplate>? ceiling)
    {
        var rule = identity.Rule;
        var id = TaskId.New(BucketOf(request, identity, parent), time.GetUtcNow());
        var token = TaskToken.New(id).BoundTo(identity.ProofKey);
        var task = new AgentTask
        {
            Id = id,
            TaskRef = request.TaskRef.Length == 0 ? null : request.TaskRef,
            Ancestors = parent is null ? [] : [parent.Id, .. parent.Ancestors],
            AncestorSubjects = parent is null ? [] : [parent.Subject, .. parent.AncestorSubjects],
            Ceiling = ceiling,
            Tenant = identity.Tenant,
            Subject = identity.Subject,
            Attestor = identity.Attestor,
            Kind = identity.Kind,
            Selectors = identity.Selectors,
            Attributes = rule.Attributes,
            EvidenceDigest = identity.EvidenceDigest,
            Purpose = request.Purpose,
            Intent = request.Intent,
            Labels = request.Labels,
            Vouched = parent is null ? [] : [.. Repeated(request, parent)],
            TransactionId = parent?.TransactionId ?? id.Value,
            TokenHash = token.SecretHash,
            HeartbeatInterval = Clamp(request.HeartbeatInterval ?? rule.HeartbeatMax, rule.HeartbeatMin, rule.HeartbeatMax),
            ReattestEvery = rule.ReattestEvery,
            MaxDuration = Shorter(request.MaxDuration ?? rule.MaxDuration, rule.MaxDuration),
        };
        return (task, token);
    }

    /// <summary>A child that repeats what an orchestrator above it declared speaks in its name; what it changes is its own word.</summary>
    private static IEnumerable<string> Repeated(OpenTaskRequest request, AgentTask parent)
    {
        if (parent.IsVouchedFor("purpose") && request.Purpose == parent.Purpose) yield return "purpose";
        if (parent.IsVouchedFor("intent") && request.Intent == parent.Intent) yield return "intent";
        foreach (var (name, value) in request.Labels)
        {
            if (parent.IsVouchedFor($"label:{name}") && parent.Labels.TryGetValue(name, out var declared) && declared == value) yield return $"label:{name}";
        }
    }

    /// <summary>A tree shares its root's bucket; a named root is found again because its name decides the bucket.</summary>
    private static int BucketOf(OpenTaskRequest request, WorkloadIdentity identity, AgentTask? parent)
    {
        if (parent is not null) return parent.Id.Bucket;
        return request.TaskRef.Length > 0
            ? Buckets.Of(identity.Tenant, identity.Subject, request.TaskRef)
            : Buckets.Of(identity.Tenant, Guid.NewGuid().ToString("N"));
    }

    /// <summary>Goes on when the caller hangs up: what is begun must be known to its end.</summary>
    private async Task<OpenedTask> RecordAsync(OpenTaskRequest request, AgentTask draft, TaskToken token, AuditEvent opened)
    {
        var line = audit.AppendAsync(opened, CancellationToken.None);
        AgentTask task;
        try
        {
            task = Read(await store.OpenAsync(draft, OpenTaskDigest.Of(request), CancellationToken.None));
        }
        catch (Exception fault)
        {
            await TakeBackAsync(line, draft, opened.Actor, fault);
            throw;
        }

        if (task.Id == draft.Id) await RequireLineAsync(line, draft);
        else await RecordReopenedAsync(line, draft, task, opened);
        return new OpenedTask(task, token.ForTask(task.Id));
    }

    /// <summary>Without its line the new task must not be used. Where somebody has got it meanwhile by the same request, it is theirs.</summary>
    private async Task RequireLineAsync(Task line, AgentTask draft)
    {
        try
        {
            await line;
        }
        catch (RefusedException)
        {
            await store.SealAsync(
                new SealRequest(draft.Id, EndReason.Abandoned) { TokenHash = draft.TokenHash, ResumeAfter = TimeSpan.Zero }, CancellationToken.None);
            throw;
        }
    }

    /// <summary>The task that was there has an owner; where this cannot be written it goes on, and the owner asks again.</summary>
    private Task RecordReopenedAsync(Task line, AgentTask draft, AgentTask task, AuditEvent opened) => Task.WhenAll(
        line,
        audit.AppendAsync(
            [NotOpenedLine(draft, opened.Actor, "reopened"), opened with { Type = AuditEventType.TaskReopened, TaskId = task.Id.Value }],
            CancellationToken.None));

    /// <summary>Says in the audit trail that the task was not opened, and waits until that is durable, or known not to be.</summary>
    private async Task TakeBackAsync(Task line, AgentTask draft, AuditActor actor, Exception fault)
    {
        try
        {
            await Task.WhenAll(line, audit.AppendAsync(NotOpenedLine(draft, actor, FaultName.Of(fault)), CancellationToken.None));
        }
        catch (RefusedException)
        {
            // The caller is refused anyway, and has no token.
        }
    }

    private static AgentTask Read(OpenOutcome outcome) => outcome switch
    {
        OpenOutcome.Opened(var task) => task,
        OpenOutcome.Exists(var id) => throw new RefusedException(ErrorReason.TaskExists, "A task with this task_ref is there already, from another request or ended.")
        {
            Metadata = new Dictionary<string, string> { [TaskIdName] = id.Value },
        },
        OpenOutcome.ParentEnded => throw new RefusedException(ErrorReason.TaskEnded, "The parent task is over."),
        _ => throw StoreClock.Fault(),
    };

    private AuditEvent OpenedLine(AgentTask draft, AuditActor actor, IPAddress? source, PolicyDecision decision) => new()
    {
        Type = AuditEventType.TaskOpened,
        Time = time.GetUtcNow(),
        Actor = actor,
        TaskId = draft.Id.Value,
        Details = new Dictionary<string, string>(DecisionFacts.OfOpening(draft, source))
        {
            ["evidence_digest"] = draft.EvidenceDigest,
            ["proof_key"] = draft.Key?.Text ?? "",
            ["parent"] = draft.ParentId?.Value ?? "",
            ["task_ref"] = draft.TaskRef ?? "",
            [PolicyDecision.PolicyVersionFact] = decision.PolicyVersion,
            [PolicyDecision.PoliciesFact] = string.Join(' ', decision.PolicyIds),
        },
    };

    private AuditEvent NotOpenedLine(AgentTask draft, AuditActor actor, string reason) => new()
    {
        Type = AuditEventType.NotOpened,
        Time = time.GetUtcNow(),
        Actor = actor,
        TaskId = draft.Id.Value,
        Reason = reason,
    };

    private static TimeSpan Clamp(TimeSpan value, TimeSpan min, TimeSpan max) => value < min ? min : Shorter(value, max);

    private static TimeSpan Shorter(TimeSpan a, TimeSpan b) => a < b ? a : b;
}
