using System.Runtime.CompilerServices;
using CredBroker.Client.Internal;
using Wire = CredBroker.Protocol.V1;

namespace CredBroker.Client.Operators;

/// <summary>Mass revocation: look at what would be hit, order its end, follow it.</summary>
public sealed class OperatorRevocations
{
    // A million leases are scanned for a preview; an order waits until its fence stands.
    private static readonly TimeSpan ScanTime = TimeSpan.FromSeconds(50);

    private readonly OperatorCalls _calls;

    internal OperatorRevocations(OperatorCalls calls) => _calls = calls;

    /// <summary>What a revocation would hit. The broker remembers for ten minutes that this operator has seen it.</summary>
    public async Task<BlastRadius> PreviewAsync(IReadOnlyList<LeaseSelector> selectors, CancellationToken cancellationToken = default)
    {
        var request = new Wire.PreviewRequest();
        request.Selectors.AddRange(selectors.Select(s => s.ToWire()));
        var answer = await _calls.CallAsync(_calls.Connection.Revocations.PreviewAsync, request, cancellationToken, ScanTime);
        return (answer.BlastRadius ?? new Wire.BlastRadius()).ToRadius();
    }

    /// <summary>
    /// Orders a revocation of what this operator has previewed by the same selectors. It is never sent twice: a second order would raise a
    /// second fence. Where no answer comes, the order may stand all the same; <see cref="OperatorFences.ListAsync"/> shows its fence.
    /// </summary>
    /// <param name="selectors">Any of these.</param>
    /// <param name="reason">Why; required, for the audit trail.</param>
    /// <param name="confirmCount">The count that the preview showed.</param>
    /// <param name="cancellationToken">Gives up waiting; not the order.</param>
    public async Task<RevocationOrder> OrderAsync(
        IReadOnlyList<LeaseSelector> selectors, string reason, long confirmCount, CancellationToken cancellationToken = default)
    {
        var request = new Wire.RevokeRequest { Reason = reason, ConfirmCount = confirmCount };
        request.Selectors.AddRange(selectors.Select(s => s.ToWire()));
        var answer = await _calls.CallAsync(_calls.Connection.Revocations.RevokeAsync, request, cancellationToken, ScanTime, once: true);
        return answer.Order.ToOrder();
    }

    /// <summary>An order as it stands now.</summary>
    public async Task<RevocationOrder> GetOrderAsync(string orderId, CancellationToken cancellationToken = default)
    {
        var answer = await _calls.CallAsync(
            _calls.Connection.Revocations.GetOrderAsync, new Wire.GetOrderRequest { OrderId = orderId }, cancellationToken);
        return answer.Order.ToOrder();
    }

    /// <summary>
    /// An order each time that the broker tells of it, until it is settled (<see cref="RevocationOrder.IsSettled"/>). Lost connections and
    /// brokers that restart are bridged for up to two minutes.
    /// </summary>
    public async IAsyncEnumerable<RevocationOrder> WatchAsync(string orderId, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        await using var watch = new ReopenedStream<Wire.WatchOrderResponse>(
            _calls, token => _calls.OpenAsync(_calls.Connection.Revocations.WatchOrder, new Wire.WatchOrderRequest { OrderId = orderId }, token));
        RevocationOrder order;
        do
        {
            order = (await watch.NextAsync(cancellationToken)).Order.ToOrder();
            yield return order;
        }
        while (!order.IsSettled);
    }
}
