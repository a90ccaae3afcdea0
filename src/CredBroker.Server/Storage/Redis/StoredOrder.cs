using CredBroker.Revocation;

namespace CredBroker.Server.Storage.Redis;

/// <summary>A revocation order as it is stored, but for its counts.</summary>
internal sealed class StoredOrder
{
    public required string Id { get; init; }

    public required StoredSelector[] Selectors { get; init; }

    public required string Reason { get; init; }

    public required string OrderedBy { get; init; }

    public required long OrderedAt { get; init; }

    public required string FenceId { get; init; }

    public required int State { get; init; }

    public int? Cause { get; init; }

    public int DrainedBuckets { get; init; }

    public long? DoneAt { get; init; }

    public int? AuditedUpTo { get; init; }

    public static StoredOrder From(RevocationOrder order) => new()
    {
        Id = order.Id.Value,
        Selectors = [.. order.Selectors.Select(StoredSelector.From)],
        Reason = order.Reason,
        OrderedBy = order.OrderedBy,
        OrderedAt = order.OrderedAt.ToUnixTimeMilliseconds(),
        FenceId = order.FenceId.Value,
        State = (int)order.State,
        Cause = order.Cause == EndReason.Operator ? null : (int)order.Cause,
        DrainedBuckets = order.DrainedBuckets,
        DoneAt = order.DoneAt?.ToUnixTimeMilliseconds(),
        AuditedUpTo = (int?)order.AuditedUpTo,
    };

    public RevocationOrder ToOrder() => new()
    {
        Id = OrderId.Parse(Id),
        Selectors = [.. Selectors.Select(selector => selector.ToSelector())],
        Reason = Reason,
        OrderedBy = OrderedBy,
        OrderedAt = Instant.Read(OrderedAt),
        FenceId = CredBroker.FenceId.Parse(FenceId),
        State = (OrderState)State,
        Cause = (EndReason)(Cause ?? (int)EndReason.Operator),
        DrainedBuckets = DrainedBuckets,
        DoneAt = DoneAt is { } done ? Instant.Read(done) : null,
        AuditedUpTo = (OrderState?)AuditedUpTo,
    };
}
