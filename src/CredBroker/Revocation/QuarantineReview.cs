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
    /// still being revoked; <see cref="ErrorReason.AuditUnavailable"/>: it stays.
    /// </exception>
    public async Task ReleaseAsync(TenantScope scope, TaskId taskId, string reason, string principal, CancellationToken cancellationToken)
    {
        new RequestLimits().RequiredText("reason", reason).ThrowIfAny();
        if (await store.FindAsync([taskId], cancellationToken) is not { } quarantine || !scope.Includes(quarantine.Tenant)) throw NotQuarantined();
        if (quarantine.IsOwed || await orders.FindAsync(quarantine.OrderId, cancellationToken) is { State: not OrderState.Done })
        {
            throw new RefusedException(ErrorReason.ConcurrentUpdate, "The task's leases are still being revoked; try again.") { RetryAfter = TimeSpan.FromSeconds(1) };
        }

        await quarantining.ReleaseAsync(quarantine, new AuditActor("human", principal, ""), reason, cancellationToken);
    }

    /// <summary>The refusal of a task that is in no quarantine, or not the operator's; it does not say which.</summary>
    public static RefusedException NotQuarantined() => RefusedException.Invalid("task_id", "is no task in quarantine");
}
