namespace CredBroker.Leases;

/// <summary>
/// Counts the live leases of a template that a workload holds over all its tasks. Places are taken before a lease is recorded
/// and given back when it has ended; one that is never given back heals by itself when its lease could no longer be live. So
/// it may count too many for a while, and never grants too many.
/// </summary>
public interface IWorkloadQuota
{
    /// <summary>Takes a place, once for each lease; false where the limit is reached.</summary>
    /// <exception cref="RefusedException"><see cref="ErrorReason.StoreUnavailable"/>, also where the clocks of store and broker are too far apart.</exception>
    Task<bool> TakeAsync(LeaseIntent intent, int limit, CancellationToken cancellationToken);

    /// <summary>Gives places back.</summary>
    Task ReturnAsync(IReadOnlyList<(LeaseId Id, LeaseTerms Terms)> leases, CancellationToken cancellationToken);
}
