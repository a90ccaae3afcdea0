using CredBroker.Audit;
using CredBroker.Leases;

namespace CredBroker.Revocation;

/// <summary>Quarantines as operators see and end them: those of their own tenants alone.</summary>
public sealed class QuarantineReview(IQuarantineStore store, IOrderStore orders, Quarantining quarantining)
{
    /// <summary>The quarantines that stand, the oldest first.</summary>
    public async Task<IReadOnlyList<Quarantine>> ListAsync(TenantScope scope, CancellationToken cancellationToken) =>
        [.. (await store.ListAsync(cancellationToken)).Where(quarantine => scope.Includes(quarantine.Tenant))];

    /// <summary>Releases a task; what was revoked stays dead.</summary>
    /// <exception cref="RefusedException">
    /// <see cref="ErrorReason.InvalidRequest"/>: no reason, or it is in no quarantine; <see cref="ErrorReason.ConcurrentUpdate"/>: its leases are
    /// still being revoked, or somebody else is releasing it; <see cref="ErrorReason.AuditUnavailable"/>: it stays.
    /// </exception>
    public async Task ReleaseAsync(TenantScope scope, TaskId taskId, string reason, string principal, CancellationToken cancellationToken)
    {
        new RequestLimits().RequiredText("reason", reason).ThrowIfAny();
        var quarantine = await FindAsync(() => store.FindAsync([taskId], cancellationToken));
        await ReleaseAsync(scope, quarantine ?? throw NotQuarantined(), NotQuarantined, (reason, principal), cancellationToken);
    }

    /// <summary>Releases a workload; what was revoked stays dead, and its tasks that are in quarantine themselves stay there.</summary>
    /// <exception cref="RefusedException">As of a task.</exception>
    public async Task ReleaseWorkloadAsync(
        TenantScope scope, string tenant, string workload, string reason, string principal, CancellationToken cancellationToken)
    {
        new RequestLimits().RequiredText("reason", reason).RequiredText("tenant", tenant).RequiredText("workload", workload).ThrowIfAny();
        var quarantine = await FindAsync(() => store.FindOfWorkloadAsync(tenant, workload, cancellationToken));
        await ReleaseAsync(scope, quarantine ?? throw WorkloadNotQuarantined(), WorkloadNotQuarantined, (reason, principal), cancellationToken);
    }

    /// <summary>Whose it is cannot be told of what cannot be read, so it is nobody's to release.</summary>
    private static async Task<Quarantine?> FindAsync(Func<Task<Quarantine?>> find)
    {
        try
        {
            return await find();
        }
        catch (RefusedException refusal) when (refusal.Reason == ErrorReason.Quarantined)
        {
            return null;
        }
    }

    private async Task ReleaseAsync(
        TenantScope scope, Quarantine quarantine, Func<RefusedException> notQuarantined, (string Reason, string Principal) by, CancellationToken cancellationToken)
    {
        if (!scope.Includes(quarantine.Tenant)) throw notQuarantined();
        if (quarantine.IsOwed || await orders.FindAsync(quarantine.OrderId, cancellationToken) is { State: not OrderState.Done })
        {
            throw new RefusedException(ErrorReason.ConcurrentUpdate, "Its leases are still being revoked; try again.") { RetryAfter = TimeSpan.FromSeconds(1) };
        }

        await quarantining.ReleaseAsync(quarantine, new AuditActor("human", by.Principal, ""), by.Reason, cancellationToken);
    }

    /// <summary>The refusal of a task that is in no quarantine, or not the operator's; it does not say which.</summary>
    public static RefusedException NotQuarantined() => RefusedException.Invalid("task_id", "is no task in quarantine");

    private static RefusedException WorkloadNotQuarantined() => RefusedException.Invalid("workload", "is no workload in quarantine");
}
