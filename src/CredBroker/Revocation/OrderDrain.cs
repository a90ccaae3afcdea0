using System.Collections.Concurrent;
using CredBroker.Audit;
using CredBroker.Leases;

namespace CredBroker.Revocation;

/// <summary>
/// Carries a revocation order through: the fence in all buckets, then whatever matches, then what backends say of it. Whoever holds
/// the order goes on from where it stands; every step can be done twice, and nobody writes an order that another holds.
/// </summary>
public sealed class OrderDrain(
    IOrderStore orders, IFenceStore fences, OrderSweep sweep, OrderConfirmation confirmation, IAuditLog audit)
{
    private readonly string _holder = Guid.NewGuid().ToString("N");
    private readonly ConcurrentDictionary<OrderId, byte> _working = new();

    /// <summary>Records a new order and raises its fence. From then on nothing that it matches is issued, and verifiers refuse what was.</summary>
    /// <exception cref="RefusedException"><see cref="ErrorReason.StoreUnavailable"/>: it may be on record, and then it is carried through.</exception>
    public async Task<RevocationOrder> BeginAsync(RevocationOrder order, CancellationToken cancellationToken)
    {
        _working.TryAdd(order.Id, 0);
        try
        {
            if (!await TryHoldAsync(order.Id, cancellationToken) || !await orders.SaveAsync(order, _holder, cancellationToken))
                throw new RefusedException(ErrorReason.StoreUnavailable, "The order could not be recorded in time; try again.") { RetryAfter = TimeSpan.FromSeconds(1) };
            return await FenceAsync(order, cancellationToken) ?? order;
        }
        finally
        {
            _working.TryRemove(order.Id, out _);
        }
    }

    /// <summary>
    /// Does the same for an order whose id was on record before it, so that several may come to it at once: one of them does it. False where
    /// somebody else is at it, and it is not certain yet.
    /// </summary>
    /// <exception cref="RefusedException"><see cref="ErrorReason.StoreUnavailable"/>: it may be on record, and then it is carried through.</exception>
    public async Task<bool> BeginOnceAsync(RevocationOrder order, CancellationToken cancellationToken)
    {
        if (!_working.TryAdd(order.Id, 0)) return false;
        try
        {
            if (!await TryHoldAsync(order.Id, cancellationToken)) return false;
            if (await orders.FindAsync(order.Id, cancellationToken) is not null) return true;
            return await orders.SaveAsync(order, _holder, cancellationToken) && await FenceAsync(order, cancellationToken) is not null;
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
            if (!await TryHoldAsync(order.Id, cancellationToken)) return order;
            // What was read before the order was held may be old.
            order = await orders.FindAsync(order.Id, cancellationToken) ?? order;
            return await CarryOnAsync(order, cancellationToken) ?? await orders.FindAsync(order.Id, cancellationToken) ?? order;
        }
        finally
        {
            _working.TryRemove(order.Id, out _);
        }
    }

    /// <summary>The order as far as it could be brought now; null where somebody else has come to hold it.</summary>
    private async Task<RevocationOrder?> CarryOnAsync(RevocationOrder order, CancellationToken cancellationToken)
    {
        var now = order.State == OrderState.Fencing ? await FenceAsync(order, cancellationToken) : order;
        if (now is not null) now = await RecordAsync(now, AuditEventType.RevocationOrdered, cancellationToken);
        if (now is { State: OrderState.Draining }) now = await sweep.RunAsync(now, _holder, cancellationToken);
        if (now is not null) now = await RecordAsync(now, AuditEventType.RevocationDone, cancellationToken);
        return now is null ? null : await confirmation.FollowAsync(now, _holder, cancellationToken);
    }

    private async Task<RevocationOrder?> FenceAsync(RevocationOrder order, CancellationToken cancellationToken)
    {
        await fences.RaiseAsync(order.ToFence(), cancellationToken);
        return await SaveAsync(order with { State = OrderState.Draining }, cancellationToken);
    }

    /// <summary>Writes the order's line where it is not written yet. A revocation goes on without: the order stays open until it is.</summary>
    private async Task<RevocationOrder?> RecordAsync(RevocationOrder order, AuditEventType type, CancellationToken cancellationToken)
    {
        var state = type == AuditEventType.RevocationDone ? OrderState.Done : OrderState.Draining;
        if (order.State < state || order.AuditedUpTo >= state) return order;
        // No end without its beginning: that line comes first, at a later turn.
        if (state == OrderState.Done && order.AuditedUpTo is null) return order;
        try
        {
            await audit.AppendAsync(OrderLine.Of(order, type), cancellationToken);
        }
        catch (RefusedException)
        {
            return order;
        }

        return await SaveAsync(order with { AuditedUpTo = state }, cancellationToken);
    }

    private async Task<RevocationOrder?> SaveAsync(RevocationOrder order, CancellationToken cancellationToken) =>
        await orders.SaveAsync(order, _holder, cancellationToken) ? order : null;

    private Task<bool> TryHoldAsync(OrderId id, CancellationToken cancellationToken) =>
        orders.TryHoldAsync(id, _holder, OrderSweep.Hold, cancellationToken);
}
