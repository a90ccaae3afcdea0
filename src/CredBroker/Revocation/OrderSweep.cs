using CredBroker.Leases;

namespace CredBroker.Revocation;

/// <summary>
/// Revokes what an order matches, bucket by bucket, until a scan finds nothing; the fence sees to it that nothing new comes. What a
/// broker that died had in hand is brought to its end first.
/// </summary>
public sealed class OrderSweep(IOrderStore orders, IOrderLedger ledger, ILeaseIndex leases, LeaseSweep sweep, LeaseRevoker revoker, TimeProvider time)
{
    /// <summary>For how long an order is held; whoever works on it prolongs that.</summary>
    public static readonly TimeSpan Hold = TimeSpan.FromSeconds(10);

    private const int ParallelBuckets = 8;

    /// <summary>Goes on where the order stands; returns it when nothing is left to find, or null where somebody else holds it.</summary>
    public async Task<RevocationOrder?> RunAsync(RevocationOrder order, string holder, CancellationToken cancellationToken)
    {
        if (!await FinishInHandAsync(order, holder, cancellationToken)) return null;
        for (var first = order.DrainedBuckets; first < Buckets.Count; first = order.DrainedBuckets)
        {
            var group = Enumerable.Range(first, Math.Min(ParallelBuckets, Buckets.Count - first)).ToList();
            if (!await HoldingAsync(order.Id, holder, token => DrainAsync(order, holder, group, token), cancellationToken)) return null;
            order = order with { DrainedBuckets = first + group.Count };
            if (!await orders.SaveAsync(order, holder, cancellationToken)) return null;
        }

        order = order with { State = OrderState.Done, DoneAt = time.GetUtcNow() };
        if (!await orders.SaveAsync(order, holder, cancellationToken)) return null;
        return await orders.FindAsync(order.Id, cancellationToken) ?? order;
    }

    private async Task<bool> FinishInHandAsync(RevocationOrder order, string holder, CancellationToken cancellationToken)
    {
        foreach (var page in await ledger.ReadInHandAsync(order.Id, cancellationToken))
        {
            await RevokeAsync(order, await leases.ReadAsync(page.Leases, cancellationToken), cancellationToken);
            if (!await ledger.TurnPageAsync(order.Id, holder, page, OrderPage.None(page.Bucket), cancellationToken)) return false;
        }

        return true;
    }

    /// <summary>Works for as long as the order is held, and is at rest when it returns: whatever happens, nobody works on an order twice.</summary>
    private async Task<bool> HoldingAsync(OrderId id, string holder, Func<CancellationToken, Task<bool>> work, CancellationToken cancellationToken)
    {
        using var lost = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var working = work(lost.Token);
        try
        {
            while (await Task.WhenAny(working, Task.Delay(Hold / 3, time, lost.Token)) != working)
                if (!await orders.TryHoldAsync(id, holder, Hold, cancellationToken)) return false;
            return await working;
        }
        finally
        {
            await lost.CancelAsync();
            await ((Task)working).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task<bool> DrainAsync(RevocationOrder order, string holder, IReadOnlyList<int> buckets, CancellationToken cancellationToken)
    {
        var drained = await Task.WhenAll(buckets.Select(bucket => DrainBucketAsync(order, holder, bucket, cancellationToken)));
        return drained.All(isHeld => isHeld);
    }

    private async Task<bool> DrainBucketAsync(RevocationOrder order, string holder, int bucket, CancellationToken cancellationToken)
    {
        for (var found = true; found;)
        {
            var inHand = OrderPage.None(bucket);
            await foreach (var page in sweep.PagesAsync(bucket, order.Selectors, cancellationToken))
            {
                var next = OrderPage.Of(bucket, page);
                if (!await ledger.TurnPageAsync(order.Id, holder, inHand, next, cancellationToken)) return false;
                await RevokeAsync(order, page, cancellationToken);
                inHand = next;
            }

            found = !inHand.IsEmpty;
            if (found && !await ledger.TurnPageAsync(order.Id, holder, inHand, OrderPage.None(bucket), cancellationToken)) return false;
        }

        return true;
    }

    private async Task RevokeAsync(RevocationOrder order, IReadOnlyList<Lease> page, CancellationToken cancellationToken) =>
        await revoker.RevokeAsync(page, order.Cause, RevocationPriority.Incident, onlyIfDue: false, order.OrderedAt, cancellationToken);
}
