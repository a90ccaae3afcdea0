namespace CredBroker.Leases;

/// <summary>The one way to record the end of leases, whatever the cause. It never waits for the audit trail, and sees to it that the trail is told.</summary>
public interface ILeaseRevoker
{
    /// <summary>Records the end of leases, any number of them, and gives back the places of those that are dead by that; returns those that changed.</summary>
    /// <exception cref="RefusedException"><see cref="ErrorReason.StoreUnavailable"/>: some may have changed; ask again.</exception>
    Task<IReadOnlyList<Lease>> RevokeAsync(
        IReadOnlyList<Lease> leases, EndReason reason, RevocationPriority priority, bool onlyIfDue, CancellationToken cancellationToken);
}
