using System.Collections.Concurrent;
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

    /// <summary>How long the line of a release may take; whoever took longer is taken for dead.</summary>
    private static readonly TimeSpan ReleaseLine = TimeSpan.FromSeconds(15);

    /// <summary>For so long a fence that this process has raised is not raised again: each refused call would ask the whole store.</summary>
    private static readonly TimeSpan Raised = TimeSpan.FromSeconds(5);
    private const int MostRaised = 10_000;

    private readonly ConcurrentDictionary<FenceId, DateTimeOffset> _raised = new();
    private readonly ConcurrentDictionary<FenceId, byte> _completing = new();

    /// <summary>Sees to it that the fence stands and the order is under way; nothing where that is so, or where somebody else is at it.</summary>
    /// <exception cref="RefusedException"><see cref="ErrorReason.StoreUnavailable"/> or <see cref="ErrorReason.AuditUnavailable"/>: it is still owed.</exception>
    public async Task CompleteAsync(Quarantine quarantine, CancellationToken cancellationToken)
    {
        // To its very end by one of this process, for the hold of the order keeps out other processes alone.
        if (!quarantine.IsOwed || !_completing.TryAdd(quarantine.FenceId, 0)) return;
        try
        {
            if (await FindAsync(quarantine, cancellationToken) is not { IsOwed: true } standing) return;
            var order = OrderOf(standing);
            if (!await RaiseAsync(standing, order.ToFence(), cancellationToken) || !await drain.BeginOnceAsync(order, cancellationToken)) return;
            await audit.AppendAsync(Line(standing), cancellationToken);
            await store.ChangeAsync(standing, standing with { IsOwed = false }, cancellationToken);
        }
        finally
        {
            _completing.TryRemove(quarantine.FenceId, out _);
        }
    }

    /// <summary>
    /// Raises the fence at once, whoever holds the order: that one may be dead. False where the quarantine was completed and released meanwhile, by
    /// somebody who has lifted the fence for the last time; then it does not stay.
    /// </summary>
    private async Task<bool> RaiseAsync(Quarantine quarantine, Fence fence, CancellationToken cancellationToken)
    {
        if (_raised.TryGetValue(fence.Id, out var at) && time.GetUtcNow() < at + Raised) return true;
        await fences.RaiseAsync(fence, cancellationToken);
        if (await FindAsync(quarantine, CancellationToken.None) is not null)
        {
            if (_raised.Count >= MostRaised) _raised.Clear();
            _raised[fence.Id] = time.GetUtcNow();
            return true;
        }

        await fences.LiftAsync(fence.Id, CancellationToken.None);
        return false;
    }

    /// <summary>The quarantine as it is on record; null where it is released.</summary>
    private async Task<Quarantine?> FindAsync(Quarantine quarantine, CancellationToken cancellationToken)
    {
        var standing = quarantine.TaskId is { } task
            ? await store.FindAsync([task], cancellationToken)
            : await store.FindOfWorkloadAsync(quarantine.Tenant, quarantine.Workload, cancellationToken);
        return standing is { IsReleased: false } && standing.FenceId == quarantine.FenceId ? standing : null;
    }

    /// <summary>Completes all that is owed, and lets go of tasks that are over: nothing can be issued to them, and their fences would stand for ever.</summary>
    /// <exception cref="RefusedException">As <see cref="CompleteAsync"/>.</exception>
    public async Task TidyAsync(CancellationToken cancellationToken)
    {
        var standing = await store.ListAsync(cancellationToken);
        foreach (var quarantine in standing) await CompleteAsync(quarantine, cancellationToken);
        foreach (var quarantine in standing.Where(quarantine => quarantine.IsReleased)) await LetGoAsync(quarantine);
        // A workload is never over: only an operator lets it go.
        var ofTasks = standing.Where(quarantine => quarantine is { TaskId: not null, IsOwed: false, IsReleased: false }).ToDictionary(quarantine => quarantine.TaskId!.Value);
        if (ofTasks.Count == 0) return;
        var living = (await tasks.ReadAsync([.. ofTasks.Keys], cancellationToken)).Where(task => task.State != TaskState.Ended).Select(task => task.Id).ToHashSet();
        foreach (var (_, quarantine) in ofTasks.Where(one => !living.Contains(one.Key)))
            if (await TryReleaseAsync(quarantine, AuditActor.System, "The task is over.", cancellationToken) is { } released) await LetGoAsync(released);
    }

    /// <summary>
    /// Lets a task or a workload go once that is on record: its fence is lifted, what it killed stays dead, and its refusals are counted anew. Of
    /// several who release it at once one does, and leaves its line in the audit trail.
    /// </summary>
    /// <exception cref="RefusedException">
    /// <see cref="ErrorReason.AuditUnavailable"/>: it stays; <see cref="ErrorReason.ConcurrentUpdate"/>: somebody else is at it;
    /// <see cref="ErrorReason.StoreUnavailable"/>: ask again.
    /// </exception>
    public async Task ReleaseAsync(Quarantine quarantine, AuditActor actor, string reason, CancellationToken cancellationToken)
    {
        var released = quarantine.IsReleased ? quarantine : await TryReleaseAsync(quarantine, actor, reason, cancellationToken);
        if (released is null)
            throw new RefusedException(ErrorReason.ConcurrentUpdate, "It is being released; try again.") { RetryAfter = TimeSpan.FromSeconds(1) };
        await LetGoAsync(released);
    }

    /// <summary>Puts it on record that a quarantine is released; null where somebody else is about to.</summary>
    private async Task<Quarantine?> TryReleaseAsync(Quarantine quarantine, AuditActor actor, string reason, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        if (quarantine.ReleaseBegunAt is { } earlier && now < earlier + ReleaseLine) return null;
        var begun = quarantine with { ReleaseBegunAt = now };
        if (!await store.ChangeAsync(quarantine, begun, cancellationToken)) return null;
        try
        {
            await audit.AppendAsync(ReleaseLineOf(quarantine, actor, reason), CancellationToken.None);
        }
        catch (RefusedException)
        {
            await store.ChangeAsync(begun, quarantine with { ReleaseBegunAt = null }, CancellationToken.None);
            throw;
        }

        var released = begun with { IsReleased = true };
        return await store.ChangeAsync(begun, released, CancellationToken.None) ? released : null;
    }

    /// <summary>The record goes last: until then whoever comes next finds what is left to do.</summary>
    private async Task LetGoAsync(Quarantine released)
    {
        await fences.LiftAsync(released.FenceId, CancellationToken.None);
        await store.RemoveAsync(released, CancellationToken.None);
    }

    private AuditEvent ReleaseLineOf(Quarantine quarantine, AuditActor actor, string reason) => new()
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
    };

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
