using CredBroker.Audit;
using CredBroker.Leases;

namespace CredBroker.Issuance;

/// <summary>Lets a store issue and expire again whose clock had gone wrong, once it has been mended.</summary>
public sealed class ClockReset(IStoreClock clock, IAuditLog audit, TimeProvider time)
{
    /// <summary>Forgets how late the store's clock ever was, once that is on record. Returns what it says now.</summary>
    /// <exception cref="RefusedException">
    /// <see cref="ErrorReason.InvalidRequest"/>: no reason, or the clocks still differ by more than <c>Storage:Redis:ClockBound</c>;
    /// <see cref="ErrorReason.AuditUnavailable"/>: nothing was changed; <see cref="ErrorReason.StoreUnavailable"/>: ask again.
    /// </exception>
    public async Task<DateTimeOffset> ResetAsync(string reason, string principal, CancellationToken cancellationToken)
    {
        new RequestLimits().RequiredText("reason", reason).ThrowIfAny();
        await audit.AppendAsync(
            new AuditEvent
            {
                Type = AuditEventType.ClockResetAllowed,
                Time = time.GetUtcNow(),
                Actor = new AuditActor("human", principal, ""),
                Message = reason,
            },
            cancellationToken);
        return await clock.ResetAsync(CancellationToken.None)
            ?? throw new RefusedException(ErrorReason.InvalidRequest, "The store's clock and the broker's still differ too much: mend them first.");
    }
}
