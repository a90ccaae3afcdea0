using CredBroker.Client;
using CredBroker.Client.Operators;

namespace CredBroker.Cli.Responding;

/// <summary>What an order did, for those who read it afterwards.</summary>
/// <param name="Order">The order as it stands.</param>
/// <param name="Complete">Whether everything that it matched is known to be dead.</param>
/// <param name="NotDead">Leases that match it now and whose end is not confirmed.</param>
/// <param name="NotDeadTruncated">Whether there are more of them.</param>
internal sealed record OrderReport(RevocationOrder Order, bool Complete, IReadOnlyList<LeaseInfo> NotDead, bool NotDeadTruncated)
{
    private const int MaxLeases = 1000;
    private static readonly LeaseState[] Undead = [LeaseState.Intent, LeaseState.Active, LeaseState.Revoking, LeaseState.Irrevocable];

    public static async Task<OrderReport> ReadAsync(CredBrokerOperator broker, string orderId, CancellationToken cancellationToken)
    {
        var order = await broker.Revocations.GetOrderAsync(orderId, cancellationToken);
        var found = new Dictionary<string, LeaseInfo>();
        if (!order.IsComplete)
            foreach (var selector in order.Selectors)
                await foreach (var lease in broker.Leases.ListAsync(selector, Undead, cancellationToken))
                    if (found.TryAdd(lease.Id, lease) && found.Count > MaxLeases) break;
        return new OrderReport(order, order.IsComplete, [.. found.Values.Take(MaxLeases)], found.Count > MaxLeases);
    }
}
