using System.Globalization;
using CredBroker.Audit;
using CredBroker.Leases;
using CredBroker.Tasks;

namespace CredBroker.Revocation;

/// <summary>
/// Brings about what a quarantine means, by the path of every revocation: an order, with its fence. The quarantine is on record before, so
/// whoever comes next completes what a broker that died has left.
/// </summary>
public sealed class Quarantining(IQuarantineStore store, ITaskIndex tasks, IFenceStore fences, OrderDrain drain, IAuditLog audit, TimeProvider time)
{
    /// <summary>Who orders it.</summary>
    public const string OrderedBy = "credbroker";

    /// <summary>Sees to it that the fence stands and the order is under way; nothing where that is so, or where somebody else is at it.</summary>
    /// <exception cref="RefusedException"><see cref="ErrorReason.StoreUnavailable"/> or <see cref="ErrorReason.AuditUnavailable"/>: it is still owed.</exception>
    public async Task CompleteAsync(Quarantine quarantine, CancellationToken cancellationToken)
    {
        if (!quarantine.IsOwed || !await drain.BeginOnceAsync(OrderOf(quarantine), cancellationToken)) return;
        await audit.AppendAsync(Line(quarantine), cancellationToken);
        await store.SettleAsync(quarantine, cancellationToken);
    }

    /// <summary>Completes all that is owed, and lets go of tasks that are over: nothing can be issued to them, and their fences would stand for ever.</summary>
    /// <exception cref="RefusedException">As <see cref="CompleteAsync"/>.</exception>
    public async Task TidyAsync(CancellationToken cancellationToken)
    {
        var standing = await store.ListAsync(cancellationToken);
        foreach (var quarantine in standing) await CompleteAsync(quarantine, cancellationToken);
        var settled = standing.Where(quarantine => !quarantine.IsOwed).ToList();
        // A workload is never over: only an operator lets it go.
        var ofTasks = settled.Where(quarantine => quarantine.TaskId is not null).ToDictionary(quarantine => quarantine.TaskId!.Value);
        if (ofTasks.Count == 0) return;
        var living = (await tasks.ReadAsync([.. ofTasks.Keys], cancellationToken)).Where(task => task.State != TaskState.Ended).Select(task => task.Id).ToHashSet();
        foreach (var (_, quarantine) in ofTasks.Where(one => !living.Contains(one.Key)))
            await ReleaseAsync(quarantine, AuditActor.System, "The task is over.", cancellationToken);
    }

    /// <summary>Lets a task or a workload go once that is on record: its fence is lifted, what it killed stays dead, and its refusals are counted anew.</summary>
    /// <exception cref="RefusedException"><see cref="ErrorReason.AuditUnavailable"/>: it stays; <see cref="ErrorReason.StoreUnavailable"/>: ask again.</exception>
    public async Task ReleaseAsync(Quarantine quarantine, AuditActor actor, string reason, CancellationToken cancellationToken)
    {
        await audit.AppendAsync(
            new AuditEvent
            {
                Type = AuditEventType.QuarantineReleaseAllowed,
                Time = time.GetUtcNow(),
                Actor = actor,
                TaskId = quarantine.TaskId?.Value,
                Message = reason,
                Details = new Dictionary<string, string>
                {
                    ["tenant"] = quarantine.Tenant,
                    ["workload"] = quarantine.Workload,
                    ["fence"] = quarantine.FenceId.Value,
                    ["order"] = quarantine.OrderId.Value,
                },
            },
            cancellationToken);
        // The record goes last: until then whoever asks again finds what is left to do.
        await fences.LiftAsync(quarantine.FenceId, CancellationToken.None);
        await store.RemoveAsync(quarantine, CancellationToken.None);
    }

    private static RevocationOrder OrderOf(Quarantine quarantine) => new()
    {
        Id = quarantine.OrderId,
        Selectors = [quarantine.Selector],
        Reason = quarantine.TaskId is null
            ? $"Tasks of the workload were refused {quarantine.Refusals} times in a short while."
            : $"The task was refused {quarantine.Refusals} times in a short while.",
        Cause = EndReason.Quarantined,
        OrderedBy = OrderedBy,
        OrderedAt = quarantine.At,
        FenceId = quarantine.FenceId,
    };

    private static AuditEvent Line(Quarantine quarantine) => new()
    {
        Type = quarantine.TaskId is null ? AuditEventType.WorkloadQuarantined : AuditEventType.TaskQuarantined,
        Time = quarantine.At,
        Actor = AuditActor.System,
        TaskId = quarantine.TaskId?.Value,
        Reason = ReasonName.Of(ErrorReason.Quarantined),
        Details = new Dictionary<string, string>
        {
            ["tenant"] = quarantine.Tenant,
            ["workload"] = quarantine.Workload,
            ["order"] = quarantine.OrderId.Value,
            ["fence"] = quarantine.FenceId.Value,
            ["refusals"] = quarantine.Refusals.ToString(CultureInfo.InvariantCulture),
            ["last_reason"] = quarantine.LastReason,
        },
    };
}
