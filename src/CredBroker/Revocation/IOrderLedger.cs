namespace CredBroker.Revocation;

/// <summary>
/// What orders have found, lease by lease, and what has become of it. Leases are on record as in hand before they are revoked and
/// are counted once they are, so nothing that was begun is ever left out, and nothing is counted twice. Whoever does not hold the
/// order writes nothing, and gets false.
/// </summary>
public interface IOrderLedger
{
    /// <summary>
    /// Counts what is in hand, whose end by now is recorded, and takes the next page of that bucket in hand; an empty one where
    /// there is no more. False also where something else is in hand: whoever asks has to read it anew.
    /// </summary>
    Task<bool> TurnPageAsync(OrderId id, string holder, OrderPage inHand, OrderPage next, CancellationToken cancellationToken);

    /// <summary>The pages in hand, at most one of each bucket: whoever held the order before may or may not have revoked them.</summary>
    Task<IReadOnlyList<OrderPage>> ReadInHandAsync(OrderId id, CancellationToken cancellationToken);

    /// <summary>Some of the leases whose backend has not confirmed yet.</summary>
    Task<IReadOnlyList<LeaseId>> SampleUnconfirmedAsync(OrderId id, int count, CancellationToken cancellationToken);

    /// <summary>Counts leases that their backend has confirmed, or could not revoke.</summary>
    Task<bool> SettleAsync(
        OrderId id, string holder, IReadOnlyList<LeaseId> confirmed, IReadOnlyList<LeaseId> irrevocable, CancellationToken cancellationToken);
}
