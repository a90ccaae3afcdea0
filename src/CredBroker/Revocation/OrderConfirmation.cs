using CredBroker.Leases;

namespace CredBroker.Revocation;

/// <summary>Follows the leases of an order that backends have still to confirm.</summary>
public sealed class OrderConfirmation(IOrderStore orders, IOrderLedger ledger, ILeaseIndex leases)
{
    private const int Sample = 500;

    /// <summary>Looks at some of them, and at more while all of those have come to their end; returns the order as it then stands, or null where somebody else holds it.</summary>
    public async Task<RevocationOrder?> FollowAsync(RevocationOrder order, string holder, CancellationToken cancellationToken)
    {
        if (order.Unconfirmed == 0) return order;
        int settled;
        do
        {
            if (await SettleSomeAsync(order.Id, holder, cancellationToken) is not { } some) return null;
            settled = some;
        }
        while (settled == Sample);
        order = await orders.FindAsync(order.Id, cancellationToken) ?? order;
        if (order.IsOpen) return order;
        return await orders.SaveAsync(order, holder, cancellationToken) ? order : null;
    }

    /// <summary>How many had come to their end; null where somebody else holds the order.</summary>
    private async Task<int?> SettleSomeAsync(OrderId id, string holder, CancellationToken cancellationToken)
    {
        var asked = await ledger.SampleUnconfirmedAsync(id, Sample, cancellationToken);
        var found = (await leases.ReadAsync(asked, cancellationToken)).ToDictionary(lease => lease.Id);
        // A lease that is forgotten was confirmed longer ago than its tombstone lives.
        var confirmed = asked.Where(one => !found.TryGetValue(one, out var lease) || lease.State == LeaseState.Revoked).ToList();
        var irrevocable = found.Values.Where(lease => lease.State == LeaseState.Irrevocable).Select(lease => lease.Id).ToList();
        if (confirmed.Count + irrevocable.Count == 0) return 0;
        return await ledger.SettleAsync(id, holder, confirmed, irrevocable, cancellationToken) ? confirmed.Count + irrevocable.Count : null;
    }
}
