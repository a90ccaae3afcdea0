using CredBroker.Leases;
using CredBroker.Revocation;
using V1 = CredBroker.Protocol.V1;

namespace CredBroker.Server.Api.Wire;

/// <summary>Writes what responders see as protocol messages.</summary>
internal static class WriteRevocation
{
    public static V1.BlastRadius Radius(BlastRadius radius)
    {
        var wire = new V1.BlastRadius { Total = radius.Total, Oldest = Write.Instant(radius.Oldest), Newest = Write.Instant(radius.Newest) };
        wire.ByTemplate.Add(radius.ByTemplate.ToDictionary());
        wire.ByTarget.Add(radius.ByTarget.ToDictionary());
        wire.ByWorkload.Add(radius.ByWorkload.ToDictionary());
        wire.ByBackend.Add(radius.ByBackend.ToDictionary());
        wire.ByRevocability.Add(radius.ByRevocability.ToDictionary());
        wire.SampleLeaseIds.AddRange(radius.Samples.Select(id => id.Value));
        return wire;
    }

    public static V1.RevocationOrder Order(RevocationOrder order)
    {
        var wire = new V1.RevocationOrder
        {
            Id = order.Id.Value,
            Reason = order.Reason,
            OrderedBy = order.OrderedBy,
            OrderedAt = Write.Instant(order.OrderedAt),
            State = (V1.RevocationOrder.Types.State)order.State,
            Fenced = order.Fenced,
            Dead = order.Dead,
            Confirmed = order.Confirmed,
            Unconfirmed = order.Unconfirmed,
            Irrevocable = order.Irrevocable,
            DoneAt = Write.Instant(order.DoneAt),
            FenceId = order.FenceId.Value,
        };
        wire.Selectors.AddRange(order.Selectors.Select(Selector));
        return wire;
    }

    public static V1.Fence Fence(Fence fence)
    {
        var wire = new V1.Fence
        {
            Id = fence.Id.Value,
            NotBefore = Write.Instant(fence.NotBefore),
            Reason = fence.Reason,
            RaisedBy = fence.RaisedBy,
        };
        wire.Selectors.AddRange(fence.Selectors.Select(Selector));
        return wire;
    }

    public static V1.Quarantine Quarantine(Quarantine quarantine) => new()
    {
        TaskId = quarantine.TaskId?.Value ?? "",
        Tenant = quarantine.Tenant,
        Workload = quarantine.Workload,
        QuarantinedAt = Write.Instant(quarantine.At),
        Refusals = quarantine.Refusals,
        LastReason = quarantine.LastReason,
        OrderId = quarantine.OrderId.Value,
        FenceId = quarantine.FenceId.Value,
    };

    public static V1.DeadLetter DeadLetter(DeadLetter letter) => new()
    {
        Lease = Write.Lease(letter.Lease),
        Attempts = letter.Attempts,
        LastError = letter.LastError ?? "",
        NextAttemptAt = Write.Instant(letter.NextAttemptAt),
    };

    private static V1.LeaseSelector Selector(LeaseSelector selector) => new()
    {
        Tenant = selector.Tenant ?? "",
        Workload = selector.Workload ?? "",
        AttestedSelector = selector.AttestedSelector ?? "",
        TaskId = selector.TaskId?.Value ?? "",
        Template = selector.Template ?? "",
        Target = selector.Target ?? "",
        Sensitivity = (V1.Sensitivity)(selector.Sensitivity ?? 0),
        Risk = selector.Risk?.ToString().ToLowerInvariant() ?? "",
        Backend = selector.Backend ?? "",
        PolicyVersion = selector.PolicyVersion ?? "",
        IssuedBefore = Write.Instant(selector.IssuedBefore),
        IssuedAfter = Write.Instant(selector.IssuedAfter),
        LeaseId = selector.LeaseId?.Value ?? "",
    };
}
