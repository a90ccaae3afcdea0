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
    /// <summary>Opens a task.</summary>
    /// <exception cref="RefusedException">As <c>TaskService.OpenTask</c> documents.</exception>
    public async Task<OpenedTask> OpenAsync(OpenTaskRequest request, CancellationToken cancellationToken)
    {
        var actor = AuditActor.Unknown;
        try
        {
            Validate(request);
            var parent = await delegation.FindParentAsync(request.ParentTaskToken, cancellationToken);
            var identity = await attestation.AttestAsync(request.Evidence, cancellationToken);
            actor = new AuditActor(ReasonName.Of(identity.Kind), identity.Subject, identity.Tenant);
            var ceiling = await delegation.CheckAsync(parent, identity, request.Delegation, cancellationToken);
            var (task, token) = Draft(request, identity, parent, ceiling);
            var decision = await policy.EvaluateOpeningAsync(task, cancellationToken);
            if (!decision.Allowed) throw decision.ToRefusal(template: null);
            cancellationToken.ThrowIfCancellationRequested();
            return await RecordAsync(request, task, token, OpenedLine(task, actor, decision));
        }
        catch (RefusedException refusal)
        {
            await refusals.RecordAsync("open_task", actor, refusal, taskId: null, subject: null, cancellationToken);
            throw;
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
        foreach (var passed in request.Delegation) limits.Duration("delegation.max_ttl", passed.MaxTtl);
        limits.ThrowIfAny();
    }

    private (AgentTask Task, TaskToken Token) Draft(
        OpenTaskRequest request, WorkloadIdentity identity, AgentTask? parent, IReadOnlyList<DelegatedTemplate>? ceiling)
    {
        var rule = identity.Rule;
        var id = TaskId.New(BucketOf(request, identity, parent), time.GetUtcNow());
        var token = TaskToken.New(id);
        var task = new AgentTask
        {
            Id = id,
            TaskRef = request.TaskRef.Length == 0 ? null : request.TaskRef,
            Ancestors = parent is null ? [] : [parent.Id, .. parent.Ancestors],
            Ceiling = ceiling,
            Tenant = identity.Tenant,
            Subject = identity.Subject,
            Attestor = identity.Attestor,
            Kind = identity.Kind,
            Selectors = identity.Selectors,
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
    private async Task<OpenedTask> RecordAsync(OpenTaskRequest request, AgentTask task, TaskToken token, AuditEvent opening)
    {
        var line = audit.AppendAsync(opening, CancellationToken.None);
        OpenedTask? opened = null;
        try
        {
            opened = Read(await store.OpenAsync(task, OpenTaskDigest.Of(request), CancellationToken.None), token);
        }
        finally
        {
            // The line is waited for whatever the store said; without it the task must not be used.
            await AwaitLineAsync(line, opened);
        }

        return opened;
    }

    private async Task AwaitLineAsync(Task line, OpenedTask? opened)
    {
        try
        {
            await line;
        }
        catch (RefusedException) when (opened is null)
        {
            // The store's own refusal is on its way to the caller.
        }
        catch (RefusedException)
        {
            await store.SealAsync(new SealRequest(opened!.Task.Id, EndReason.Abandoned) { ResumeAfter = TimeSpan.Zero }, CancellationToken.None);
            throw;
        }
    }

    private static OpenedTask Read(OpenOutcome outcome, TaskToken token) => outcome switch
    {
        OpenOutcome.Opened(var task) => new OpenedTask(task, token.TaskId == task.Id ? token : token.ForTask(task.Id)),
        OpenOutcome.Exists(var id) => throw new RefusedException(ErrorReason.TaskExists, "A task with this task_ref is there already, from another request or ended.")
        {
            Metadata = new Dictionary<string, string> { ["task_id"] = id.Value },
        },
        OpenOutcome.ParentEnded => throw new RefusedException(ErrorReason.TaskEnded, "The parent task is over."),
        _ => throw StoreClock.Fault(),
    };

    private AuditEvent OpenedLine(AgentTask task, AuditActor actor, PolicyDecision decision) => new()
    {
        Type = AuditEventType.TaskOpened,
        Time = time.GetUtcNow(),
        Actor = actor,
        TaskId = task.Id.Value,
        Details = new Dictionary<string, string>
        {
            ["purpose"] = task.Purpose,
            ["intent"] = task.Intent,
            ["attestor"] = task.Attestor,
            ["evidence_digest"] = task.EvidenceDigest,
            ["parent"] = task.ParentId?.Value ?? "",
            ["task_ref"] = task.TaskRef ?? "",
            [PolicyDecision.PolicyVersionFact] = decision.PolicyVersion,
            [PolicyDecision.PoliciesFact] = string.Join(' ', decision.PolicyIds),
        },
    };

    private static TimeSpan Clamp(TimeSpan value, TimeSpan min, TimeSpan max) => value < min ? min : Shorter(value, max);

    private static TimeSpan Shorter(TimeSpan a, TimeSpan b) => a < b ? a : b;
}
