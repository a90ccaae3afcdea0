using CredBroker.Audit;
using CredBroker.Leases;
using CredBroker.Templates;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace CredBroker.Revocation;

/// <summary>
/// Counts what tasks are refused by policy, per task and per workload. A task that is refused too often is quarantined; a workload alarms, or is
/// quarantined where its rule says so.
/// </summary>
public sealed partial class RefusalWatch(
    IQuarantineStore store,
    Quarantining quarantining,
    ITemplateCatalogue catalogue,
    IOptions<ContainmentOptions> options,
    IAuditLog audit,
    TimeProvider time,
    ILogger<RefusalWatch> logger) : IRefusalWatch
{
    private readonly ContainmentOptions _options = options.Value;

    /// <inheritdoc/>
    public async Task<Quarantine?> NoteAsync(RefusedTask task, ErrorReason reason, bool isOfBound)
    {
        ArgumentNullException.ThrowIfNull(task);
        try
        {
            // The leases of what is in quarantine are over, so it hears why; and whoever meets a bound meets nothing that is held against it.
            if (isOfBound || reason == ErrorReason.LeaseNotRenewable) return await FindAsync(task, CancellationToken.None);
            if (reason is not (ErrorReason.PolicyDenied or ErrorReason.CapabilityNotOffered)) return null;
            var counted = await Task.WhenAll(CountAsync(task, reason), CountWorkloadAsync(task, reason));
            return counted[1] ?? counted[0];
        }
        catch (RefusedException refusal) when (refusal.Reason == ErrorReason.Quarantined)
        {
            // By a record that this broker cannot read: there is nothing to count, and nothing to tell but the refusal itself.
            return null;
        }
        catch (RefusedException fault)
        {
            LogUncounted(fault, task.Id.Value);
            return null;
        }
    }

    /// <inheritdoc/>
    public async Task RequireFreeAsync(RefusedTask task, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(task);
        if (await FindAsync(task, cancellationToken) is { } quarantine) throw quarantine.ToRefusal();
    }

    private async Task<Quarantine?> FindAsync(RefusedTask task, CancellationToken cancellationToken)
    {
        var found = await Task.WhenAll(
            store.FindAsync([task.Id, .. task.Ancestors], cancellationToken), store.FindOfWorkloadAsync(task.Tenant, task.Workload, cancellationToken));
        return found[1] ?? found[0];
    }

    private async Task<Quarantine?> CountAsync(RefusedTask task, ErrorReason reason)
    {
        if (_options.RefusalsPerTask == 0) return null;
        var proposed = Propose(task, task.Id, _options.RefusalsPerTask, reason);
        var (found, isNew) = await store.CountAsync(task, proposed, _options.RefusalsPerTask, _options.Window, CancellationToken.None);
        if (found is null) return null;
        if (isNew) LogQuarantined(task.Id.Value, found.Workload, found.Refusals, _options.Window);
        if (found.IsOwed) await quarantining.CompleteAsync(found, CancellationToken.None);
        return isNew ? null : found;
    }

    private async Task<Quarantine?> CountWorkloadAsync(RefusedTask task, ErrorReason reason)
    {
        if (_options.RefusalsPerWorkload == 0) return null;
        var proposed = IsQuarantinedAsAWhole(task) ? Propose(task, taskId: null, _options.RefusalsPerWorkload, reason) : null;
        var (count, found, isNew) = await store.CountWorkloadAsync(
            task.Tenant, task.Workload, proposed, _options.RefusalsPerWorkload, _options.Window, CancellationToken.None);
        if (isNew) LogWorkloadQuarantined(task.Workload, task.Tenant, _options.RefusalsPerWorkload, _options.Window);
        if (found is { IsOwed: true }) await quarantining.CompleteAsync(found, CancellationToken.None);
        if (found is null && count == _options.RefusalsPerWorkload) await AlarmAsync(task);
        return isNew ? null : found;
    }

    /// <summary>By the rule that is in force now; where none matches any more, nobody has said so.</summary>
    private bool IsQuarantinedAsAWhole(RefusedTask task) =>
        catalogue.Current.FindRule(task.Attestor, task.Workload, task.Selectors).Rule is { Containment: Containment.Quarantine } rule && rule.Tenant == task.Tenant;

    private Quarantine Propose(RefusedTask task, TaskId? taskId, int refusals, ErrorReason reason)
    {
        var now = time.GetUtcNow();
        return new Quarantine
        {
            TaskId = taskId,
            Tenant = task.Tenant,
            Workload = task.Workload,
            OrderId = OrderId.New(now),
            FenceId = FenceId.New(now),
            At = now,
            Refusals = refusals,
            LastReason = ReasonName.Of(reason),
            IsOwed = true,
        };
    }

    private async Task AlarmAsync(RefusedTask task)
    {
        LogAlarm(task.Workload, task.Tenant, _options.RefusalsPerWorkload, _options.Window);
        await audit.AppendAsync(
            new AuditEvent
            {
                Type = AuditEventType.WorkloadAlarmed,
                Time = time.GetUtcNow(),
                Actor = AuditActor.System,
                TaskId = task.Id.Value,
                Message = $"Tasks of {task.Workload} were refused {_options.RefusalsPerWorkload} times within {_options.Window:c}.",
                Details = new Dictionary<string, string> { ["tenant"] = task.Tenant, ["workload"] = task.Workload },
            },
            CancellationToken.None);
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Workload {Workload} of tenant {Tenant} is in quarantine: {Refusals} refusals within {Window}")]
    private partial void LogWorkloadQuarantined(string workload, string tenant, int refusals, TimeSpan window);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Task {TaskId} of {Workload} is in quarantine: {Refusals} refusals within {Window}")]
    private partial void LogQuarantined(string taskId, string workload, int refusals, TimeSpan window);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Tasks of {Workload} in tenant {Tenant} were refused {Refusals} times within {Window}")]
    private partial void LogAlarm(string workload, string tenant, int refusals, TimeSpan window);

    [LoggerMessage(Level = LogLevel.Warning, Message = "A refusal of task {TaskId} was not counted, or what follows from it is still to be done")]
    private partial void LogUncounted(Exception fault, string taskId);
}
