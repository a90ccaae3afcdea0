using System.Collections.Concurrent;
using CredBroker.Audit;
using CredBroker.Leases;

namespace CredBroker.Revocation;

/// <summary>
/// Carries a revocation order through: the fence in all buckets, then bucket by bucket whatever matches, until a scan finds
/// nothing. Whoever holds the order goes on from where it stands; every step can be done twice.
/// </summary>
public sealed class OrderDrain(
    IOrderStore orders, IFenceStore fences, LeaseSweep sweep, LeaseRevoker revoker, OrderConfirmation confirmation, IAuditLog audit, TimeProvider time)
{
    private const int ParallelBuckets = 8;
    private static readonly TimeSpan Hold = TimeSpan.FromSeconds(10);

    private readonly string _holder = Guid.NewGuid().ToString("N");
    private readonly ConcurrentDictionary<OrderId, byte> _working = new();

    /// <summary>Records a new order and raises its fence. From then on nothing that it matches is issued, and verifiers refuse what was.</summary>
    public async Task<RevocationOrder> BeginAsync(RevocationOrder order, CancellationToken cancellationToken)
    {
        _working.TryAdd(order.Id, 0);
        try
        {
            await orders.TryHoldAsync(order.Id, _holder, Hold, cancellationToken);
            await orders.SaveAsync(order, cancellationToken);
            return await FenceAsync(order, cancellationToken);
        }
        finally
        {
            _working.TryRemove(order.Id, out _);
        }
    }

    /// <summary>Goes on with an order unless somebody else is at it; returns it as it then stands.</summary>
    public async Task<RevocationOrder> ContinueAsync(RevocationOrder order, CancellationToken cancellationToken)
    {
        if (!_working.TryAdd(order.Id, 0)) return order;
        try
        {
            if (!await orders.TryHoldAsync(order.Id, _holder, Hold, cancellationToken)) return order;
            // What was read before the order was held may be old.
            order = await orders.FindAsync(order.Id, cancellationToken) ?? order;
            if (order.State == OrderState.Fencing) order = await FenceAsync(order, cancellationToken);
            order = await RecordAsync(order, AuditEventType.RevocationOrdered, cancellationToken);
            if (order.State == OrderState.Draining) order = await DrainAsync(order, cancellationToken);
            order = await confirmation.FollowAsync(order, cancellationToken);
            return await RecordAsync(order, AuditEventType.RevocationDone, cancellationToken);
        }
        finally
        {
            _working.TryRemove(order.Id, out _);
        }
    }

    private async Task<RevocationOrder> FenceAsync(RevocationOrder order, CancellationToken cancellationToken)
    {
        await fences.RaiseAsync(
            new Fence
            {
                Id = order.FenceId,
                Selectors = order.Selectors,
                Reason = order.Reason,
                RaisedBy = order.OrderedBy,
                RaisedAt = order.OrderedAt,
            },
            cancellationToken);
        var fenced = order with { State = OrderState.Draining };
        await orders.SaveAsync(fenced, cancellationToken);
        return fenced;
    }

    private async Task<RevocationOrder> DrainAsync(RevocationOrder order, CancellationToken cancellationToken)
    {
        for (var first = order.DrainedBuckets; first < Buckets.Count; first = order.DrainedBuckets)
        {
            var group = Enumerable.Range(first, Math.Min(ParallelBuckets, Buckets.Count - first)).ToList();
            var counts = await Task.WhenAll(group.Select(bucket => DrainBucketAsync(order, bucket, cancellationToken)));
            order = order with
            {
                DrainedBuckets = first + group.Count,
                Fenced = order.Fenced + counts.Sum(count => count.Dead + count.Unconfirmed),
                Dead = order.Dead + counts.Sum(count => count.Dead),
                Unconfirmed = order.Unconfirmed + counts.Sum(count => count.Unconfirmed),
            };
            await orders.SaveAsync(order, cancellationToken);
            if (!await orders.TryHoldAsync(order.Id, _holder, Hold, cancellationToken)) return order;
        }

        order = order with { State = OrderState.Done, DoneAt = time.GetUtcNow() };
        await orders.SaveAsync(order, cancellationToken);
        return order;
    }

    /// <summary>Revokes until a scan of the bucket finds nothing; the fence sees to it that nothing new comes.</summary>
    private async Task<(long Dead, long Unconfirmed)> DrainBucketAsync(RevocationOrder order, int bucket, CancellationToken cancellationToken)
    {
        long dead = 0, unconfirmed = 0;
        bool found;
        do
        {
            found = false;
            await foreach (var page in sweep.PagesAsync(bucket, order.Selectors, cancellationToken))
            {
                found = true;
                var changed = await revoker.RevokeAsync(page, EndReason.Operator, RevocationPriority.Incident, onlyIfDue: false, cancellationToken);
                var pending = changed.Where(lease => lease.State == LeaseState.Revoking).Select(lease => lease.Id).ToList();
                if (pending.Count > 0) await orders.AddUnconfirmedAsync(order.Id, pending, cancellationToken);
                dead += changed.Count - pending.Count;
                unconfirmed += pending.Count;
            }
        }
        while (found);
        return (dead, unconfirmed);
    }

    /// <summary>Writes the order's line where it is not written yet. A revocation goes on without: the order stays open until it is.</summary>
    private async Task<RevocationOrder> RecordAsync(RevocationOrder order, AuditEventType type, CancellationToken cancellationToken)
    {
        var state = type == AuditEventType.RevocationDone ? OrderState.Done : OrderState.Draining;
        if (order.State < state || order.AuditedUpTo >= state) return order;
        try
        {
            await audit.AppendAsync(OrderLine.Of(order, type), cancellationToken);
        }
        catch (RefusedException)
        {
            return order;
        }

        var recorded = order with { AuditedUpTo = state };
        await orders.SaveAsync(recorded, cancellationToken);
        return recorded;
    }
}
