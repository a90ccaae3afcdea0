using CredBroker.Leases;

namespace CredBroker.Revocation;

/// <summary>Follows the leases of an order that backends have still to confirm.</summary>
public sealed class OrderConfirmation(IOrderStore orders, ILeaseStore leases)
{
    private const int Sample = 500;

    /// <summary>Looks at some of them; returns the order as it then stands.</summary>
    public async Task<RevocationOrder> FollowAsync(RevocationOrder order, CancellationToken cancellationToken)
    {
        if (order.Unconfirmed == 0) return order;
        var settled = new List<LeaseId>();
        long confirmed = 0, irrevocable = 0;
        foreach (var id in await orders.SampleUnconfirmedAsync(order.Id, Sample, cancellationToken))
        {
            var lease = await leases.FindAsync(id, cancellationToken);
            if (lease is { State: LeaseState.Revoking }) continue;
            settled.Add(id);
            // A lease that is forgotten was confirmed longer ago than its tombstone lives.
            if (lease is { State: LeaseState.Irrevocable }) irrevocable++;
            else confirmed++;
        }

        if (settled.Count == 0) return order;
        await orders.RemoveUnconfirmedAsync(order.Id, settled, cancellationToken);
        order = order with
        {
            Confirmed = order.Confirmed + confirmed,
            Irrevocable = order.Irrevocable + irrevocable,
            Unconfirmed = Math.Max(0, order.Unconfirmed - settled.Count),
        };
        await orders.SaveAsync(order, cancellationToken);
        return order;
    }
}
