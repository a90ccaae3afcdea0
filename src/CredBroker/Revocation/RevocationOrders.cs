using System.Runtime.CompilerServices;

namespace CredBroker.Revocation;

/// <summary>Orders as an operator sees them: those that concern their own tenants alone.</summary>
public sealed class RevocationOrders(IOrderStore orders, TimeProvider time)
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(200);

    /// <summary>An order as it stands.</summary>
    /// <exception cref="RefusedException"><see cref="ErrorReason.InvalidRequest"/>, also for what concerns another tenant.</exception>
    public async Task<RevocationOrder> GetAsync(TenantScope scope, OrderId id, CancellationToken cancellationToken) =>
        await orders.FindAsync(id, cancellationToken) is { } order && SelectorScope.Covers(scope, order.Selectors) ? order : throw NotRemembered();

    /// <summary>An order as it stands, and again whenever it has come further, until every backend has said the last of it.</summary>
    /// <exception cref="RefusedException"><see cref="ErrorReason.InvalidRequest"/>, also for what concerns another tenant.</exception>
    public async IAsyncEnumerable<RevocationOrder> WatchAsync(TenantScope scope, OrderId id, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        for (RevocationOrder? told = null; ;)
        {
            var order = await GetAsync(scope, id, cancellationToken);
            if (told is null || !order.TellsAsMuchAs(told)) yield return told = order;
            if (order is { State: OrderState.Done, Unconfirmed: 0 }) yield break;
            await Task.Delay(Pause, time, cancellationToken);
        }
    }

    /// <summary>The refusal of an order that is not there, or not the operator's; it does not say which.</summary>
    public static RefusedException NotRemembered() => RefusedException.Invalid("order_id", "is no order that is remembered");
}
