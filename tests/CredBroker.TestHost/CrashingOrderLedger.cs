using CredBroker.Revocation;

namespace CredBroker.TestHost;

/// <summary>A ledger of orders that dies after a page was turned.</summary>
internal sealed class CrashingOrderLedger(IOrderLedger inner, CrashPoint crash) : IOrderLedger
{
    public async Task<bool> TurnPageAsync(OrderId id, string holder, OrderPage inHand, OrderPage next, CancellationToken cancellationToken)
    {
        var turned = await inner.TurnPageAsync(id, holder, inHand, next, cancellationToken);
        crash.Reached("after-page");
        return turned;
    }

    public Task<IReadOnlyList<OrderPage>> ReadInHandAsync(OrderId id, CancellationToken cancellationToken) => inner.ReadInHandAsync(id, cancellationToken);

    public Task<IReadOnlyList<LeaseId>> SampleUnconfirmedAsync(OrderId id, int count, CancellationToken cancellationToken) =>
        inner.SampleUnconfirmedAsync(id, count, cancellationToken);

    public Task<bool> SettleAsync(
        OrderId id, string holder, IReadOnlyList<LeaseId> confirmed, IReadOnlyList<LeaseId> irrevocable, CancellationToken cancellationToken) =>
        inner.SettleAsync(id, holder, confirmed, irrevocable, cancellationToken);
}
