namespace CredBroker.Revocation;

/// <summary>Durable revocation orders.</summary>
public interface IOrderStore
{
    /// <summary>Records an order, new or changed. Only whoever holds its lock changes one.</summary>
    Task SaveAsync(RevocationOrder order, CancellationToken cancellationToken);

    /// <summary>The order, or null where it is unknown or forgotten.</summary>
    Task<RevocationOrder?> FindAsync(OrderId id, CancellationToken cancellationToken);

    /// <summary>Orders that something is left to do for.</summary>
    Task<IReadOnlyList<RevocationOrder>> ListOpenAsync(CancellationToken cancellationToken);

    /// <summary>Takes or prolongs the right to work on an order for <paramref name="hold"/>; false where another broker has it.</summary>
    Task<bool> TryHoldAsync(OrderId id, string holder, TimeSpan hold, CancellationToken cancellationToken);

    /// <summary>Remembers leases of an order that their backends have not confirmed yet.</summary>
    Task AddUnconfirmedAsync(OrderId id, IReadOnlyList<LeaseId> leases, CancellationToken cancellationToken);

    /// <summary>Some of the leases that are not confirmed yet.</summary>
    Task<IReadOnlyList<LeaseId>> SampleUnconfirmedAsync(OrderId id, int count, CancellationToken cancellationToken);

    /// <summary>Forgets leases that are confirmed, or that could not be revoked.</summary>
    Task RemoveUnconfirmedAsync(OrderId id, IReadOnlyList<LeaseId> leases, CancellationToken cancellationToken);
}
