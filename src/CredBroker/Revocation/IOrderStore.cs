namespace CredBroker.Revocation;

/// <summary>Durable revocation orders. Only whoever holds an order writes it: the store looks at the hold in the very step that writes.</summary>
public interface IOrderStore
{
    /// <summary>Records an order, new or changed, but for its counts; false, and nothing is written, where <paramref name="holder"/> does not hold it.</summary>
    Task<bool> SaveAsync(RevocationOrder order, string holder, CancellationToken cancellationToken);

    /// <summary>The order with its counts, or null where it is unknown or forgotten.</summary>
    Task<RevocationOrder?> FindAsync(OrderId id, CancellationToken cancellationToken);

    /// <summary>Orders that something is left to do for.</summary>
    Task<IReadOnlyList<RevocationOrder>> ListOpenAsync(CancellationToken cancellationToken);

    /// <summary>Takes or prolongs the right to work on an order for <paramref name="hold"/>; false where another broker has it.</summary>
    Task<bool> TryHoldAsync(OrderId id, string holder, TimeSpan hold, CancellationToken cancellationToken);
}
