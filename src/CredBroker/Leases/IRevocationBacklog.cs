namespace CredBroker.Leases;

/// <summary>Leases whose backend has to be asked to revoke them. An entry is moved while it is worked on, never removed, so nothing depends on a worker's life.</summary>
public interface IRevocationBacklog
{
    /// <summary>The keys of all backends that something waits for, due or not.</summary>
    Task<IReadOnlyCollection<string>> ListBackendsAsync(CancellationToken cancellationToken);

    /// <summary>Entries of a backend, by its key, that are due, the more urgent classes first and each with its share, at most <paramref name="count"/>.</summary>
    Task<IReadOnlyList<QueuedRevocation>> ReadDueAsync(string backend, int count, CancellationToken cancellationToken);

    /// <summary>Takes one entry for <paramref name="visibility"/>; null where somebody else has it or it is settled.</summary>
    Task<ClaimedRevocation?> ClaimAsync(string backend, QueuedRevocation entry, TimeSpan visibility, CancellationToken cancellationToken);

    /// <summary>Records what the backend said; null where somebody else has taken the claim over.</summary>
    Task<Lease?> SettleAsync(ClaimedRevocation claim, RevocationSettlement settlement, CancellationToken cancellationToken);

    /// <summary>How many entries wait, and how many dead letters there are.</summary>
    Task<(long Waiting, long DeadLetters)> CountAsync(IReadOnlyList<string> backends, CancellationToken cancellationToken);
}
