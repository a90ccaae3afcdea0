using CredBroker.Revocation;
using CredBroker.Server.Hosting;

namespace CredBroker.Server.Revocation;

/// <summary>Carries revocation orders through, its own and those of brokers that died: each in a lane of its own, so that one that takes long holds up no other.</summary>
internal sealed class OrderWorker(IOrderStore orders, OrderDrain drain, TimeProvider time, ILogger<OrderWorker> logger) : RepeatingWorker(time, logger)
{
    private readonly Dictionary<OrderId, OrderLane> _lanes = [];
    private readonly TimeProvider _time = time;

    protected override TimeSpan Pause => TimeSpan.FromMilliseconds(200);

    protected override async Task TurnAsync(CancellationToken cancellationToken)
    {
        var open = (await orders.ListOpenAsync(cancellationToken)).ToDictionary(order => order.Id);
        foreach (var (id, lane) in _lanes)
            if (lane.IsIdle && !open.ContainsKey(id)) _lanes.Remove(id);
        foreach (var order in open.Values)
        {
            if (!_lanes.TryGetValue(order.Id, out var lane)) _lanes.Add(order.Id, lane = new OrderLane(drain, _time, logger));
            lane.Begin(order, cancellationToken);
        }
    }
}
