using CredBroker.Client.Operators;

namespace CredBroker.Cli.Responding;

/// <summary>What an order has come to, in words, and what to do next.</summary>
internal static class OrderVerdict
{
    public static IEnumerable<string> Of(RevocationOrder order)
    {
        if (order.IsComplete) yield return "Everything that it matched is dead.";
        if (order.State != RevocationOrderState.Done)
            yield return $"It is not through: leases are still being revoked. Next: credbroker revoke watch {order.Id}";
        if (order.Unconfirmed > 0)
            yield return $"{order.Unconfirmed} are fenced and wait for their backend: those credentials may still work there. Next: credbroker revoke watch {order.Id}";
        if (order.Irrevocable > 0)
            yield return $"{order.Irrevocable} could not be revoked: those credentials may still work. Next: credbroker deadletter list";
        yield return $"Fence {order.FenceId} stands until it is lifted: credbroker fence lift {order.FenceId} --reason …";
    }
}
