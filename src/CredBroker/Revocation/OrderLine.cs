using System.Globalization;
using CredBroker.Audit;

namespace CredBroker.Revocation;

/// <summary>The audit line of a revocation order.</summary>
internal static class OrderLine
{
    public static AuditEvent Of(RevocationOrder order, AuditEventType type) => new()
    {
        Type = type,
        Time = type == AuditEventType.RevocationDone ? order.DoneAt ?? order.OrderedAt : order.OrderedAt,
        Actor = order.Cause == EndReason.Quarantined ? AuditActor.System : new AuditActor("human", order.OrderedBy, ""),
        Message = order.Reason,
        Details = new Dictionary<string, string>
        {
            ["order"] = order.Id.Value,
            ["fence"] = order.FenceId.Value,
            ["selectors"] = string.Join(" | ", order.Selectors.Select(selector => selector.Describe())),
            ["fenced"] = order.Fenced.ToString(CultureInfo.InvariantCulture),
            ["dead"] = order.Dead.ToString(CultureInfo.InvariantCulture),
            ["unconfirmed"] = order.Unconfirmed.ToString(CultureInfo.InvariantCulture),
        },
    };
}
