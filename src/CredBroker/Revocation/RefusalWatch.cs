using CredBroker.Audit;
using CredBroker.Leases;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace CredBroker.Revocation;

/// <summary>Counts what tasks are refused by policy, per task and per workload. A task that is refused too often is quarantined; a workload alarms.</summary>
public sealed partial class RefusalWatch(
    IQuarantineStore store, Quarantining quarantining, IOptions<ContainmentOptions> options, IAuditLog audit, TimeProvider time, ILogger<RefusalWatch> logger) : IRefusalWatch
{
    private readonly ContainmentOptions _options = options.Value;

    /// <inheritdoc/>
    public async Task<bool> NoteAsync(RefusedTask task, ErrorReason reason)
    {
        ArgumentNullException.ThrowIfNull(task);
        try
        {
            // The leases of a task in quarantine are over, so it hears why.
            if (reason == ErrorReason.LeaseNotRenewable) return await IsQuarantinedAsync(task, CancellationToken.None);
            if (reason is not (ErrorReason.PolicyDenied or ErrorReason.CapabilityNotOffered)) return false;
            var counted = await Task.WhenAll(CountAsync(task, reason), AlarmAsync(task));
            return counted[0];
        }
        catch (RefusedException fault)
        {
            LogUncounted(fault, task.Id.Value);
            return false;
        }
    }

    /// <inheritdoc/>
    public async Task RequireFreeAsync(RefusedTask task, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(task);
        if (await IsQuarantinedAsync(task, cancellationToken)) throw Quarantine.Refusal();
    }

    private async Task<bool> IsQuarantinedAsync(RefusedTask task, CancellationToken cancellationToken) =>
        await store.FindAsync([task.Id, .. task.Ancestors], cancellationToken) is not null;

    private async Task<bool> CountAsync(RefusedTask task, ErrorReason reason)
    {
        if (_options.RefusalsPerTask == 0) return false;
        var now = time.GetUtcNow();
        var proposed = new Quarantine
        {
            TaskId = task.Id,
            Tenant = task.Tenant,
            Workload = task.Workload,
            OrderId = OrderId.New(now),
            FenceId = FenceId.New(now),
            At = now,
            Refusals = _options.RefusalsPerTask,
            LastReason = ReasonName.Of(reason),
            IsOwed = true,
        };
        var (found, isNew) = await store.CountAsync(task, proposed, _options.RefusalsPerTask, _options.Window, CancellationToken.None);
        if (found is null) return false;
        if (isNew) LogQuarantined(found.TaskId.Value, found.Workload, found.Refusals, _options.Window);
        if (found.IsOwed) await quarantining.CompleteAsync(found, CancellationToken.None);
        return !isNew;
    }

    private async Task<bool> AlarmAsync(RefusedTask task)
    {
        if (_options.RefusalsPerWorkload == 0) return false;
        if (await store.CountWorkloadAsync(task.Tenant, task.Workload, _options.Window, CancellationToken.None) != _options.RefusalsPerWorkload) return false;
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
        return true;
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Task {TaskId} of {Workload} is in quarantine: {Refusals} refusals within {Window}")]
    private partial void LogQuarantined(string taskId, string workload, int refusals, TimeSpan window);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Tasks of {Workload} in tenant {Tenant} were refused {Refusals} times within {Window}")]
    private partial void LogAlarm(string workload, string tenant, int refusals, TimeSpan window);

    [LoggerMessage(Level = LogLevel.Warning, Message = "A refusal of task {TaskId} was not counted, or what follows from it is still to be done")]
    private partial void LogUncounted(Exception fault, string taskId);
}
