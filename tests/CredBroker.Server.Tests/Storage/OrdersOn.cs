using CredBroker.Audit;
using CredBroker.Conformance.Stores;
using CredBroker.Revocation;
using Microsoft.Extensions.Logging.Abstractions;

namespace CredBroker.Server.Tests.Storage;

/// <summary>What carries orders through on a store.</summary>
internal static class OrdersOn
{
    public static OrderDrain DrainOf(BrokerOnStore broker, IAuditLog audit)
    {
        var transitions = new TransitionAudit(audit, broker.Outbox, TimeProvider.System, NullLogger<TransitionAudit>.Instance);
        var revoker = new LeaseRevoker(broker.Leases, broker.Quota, transitions);
        var sweep = new OrderSweep(broker.Orders, broker.Ledger, broker.Index, new LeaseSweep(broker.Index), revoker, TimeProvider.System);
        return new OrderDrain(broker.Orders, broker.Fences, sweep, new OrderConfirmation(broker.Orders, broker.Ledger, new LeaseFates(broker.Index, broker.Leases)), audit);
    }
}
