using CredBroker.Revocation;
using CredBroker.Server.Hosting;

namespace CredBroker.Server.Revocation;

/// <summary>Carries revocation orders through, its own and those of brokers that died.</summary>
internal sealed class OrderWorker(IOrderStore orders, OrderDrain drain, TimeProvider time, ILogger<OrderWorker> logger) : RepeatingWorker(time, logger)
{
    protected override TimeSpan Pause => TimeSpan.FromMilliseconds(200);

    protected override async Task TurnAsync(CancellationToken cancellationToken)
    {
        // Side by side: an order that takes long must not hold up the next.
        var open = await orders.ListOpenAsync(cancellationToken);
        await Task.WhenAll(open.Select(order => drain.ContinueAsync(order, cancellationToken)));
    }
}
