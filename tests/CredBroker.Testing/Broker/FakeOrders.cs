using CredBroker.Protocol.V1;
using Google.Protobuf.WellKnownTypes;
using State = CredBroker.Protocol.V1.RevocationOrder.Types.State;

namespace CredBroker.Testing.Broker;

/// <summary>What a <see cref="FakeBroker"/> says to responders: what a test puts here, and what was ordered meanwhile.</summary>
public sealed class FakeOrders
{
    /// <summary>The one order that there ever is.</summary>
    public const string OrderId = "ord_0001";

    /// <summary>Its fence.</summary>
    public const string FenceId = "fnc_0001";

    /// <summary>What a preview shows.</summary>
    public BlastRadius Radius { get; set; } = new();

    /// <summary>The order as it was made; null = none was.</summary>
    public RevocationOrder? Order { get; set; }

    /// <summary>What a watcher is told, one after the other; the last of it stays.</summary>
    public IList<Action<RevocationOrder>> Steps { get; } = [];

    /// <summary>After how many messages the next stream of a watcher breaks, and may lose those that are on their way; null = it does not.</summary>
    public int? BreakAfter { get; set; }

    /// <summary>Whether a stream stays open after its last message.</summary>
    public bool StayOpen { get; set; }

    /// <summary>Fences that stand.</summary>
    public IList<Fence> Fences { get; } = [];

    /// <summary>Whether lifting needs a second person.</summary>
    public bool NeedsSecond { get; set; }

    /// <summary>Tasks in quarantine.</summary>
    public IList<Quarantine> Quarantines { get; } = [];

    /// <summary>Dead letters.</summary>
    public IList<DeadLetter> DeadLetters { get; } = [];

    internal int Step { get; set; }

    /// <summary>Lets the preview show so many leases.</summary>
    public void Match(long count)
    {
        Radius = new BlastRadius
        {
            Total = count,
            ByTemplate = { ["orders-api"] = count },
            ByTarget = { ["orders"] = count },
            ByWorkload = { ["spiffe://acme.test/agent/a"] = count },
            ByBackend = { ["token"] = count },
            ByRevocability = { ["instant"] = count },
            Oldest = Timestamp.FromDateTimeOffset(DateTimeOffset.UnixEpoch),
            Newest = Timestamp.FromDateTimeOffset(DateTimeOffset.UnixEpoch + TimeSpan.FromHours(1)),
            SampleLeaseIds = { "lse_sample" },
        };
    }

    /// <summary>Lets a watcher see the order come to this at once.</summary>
    public void EndWith(long dead, long confirmed = 0, long unconfirmed = 0, long irrevocable = 0) => Steps.Add(order =>
    {
        order.State = State.Done;
        order.DoneAt = Timestamp.FromDateTimeOffset(DateTimeOffset.UnixEpoch + TimeSpan.FromSeconds(3));
        order.Fenced = dead + confirmed + unconfirmed + irrevocable;
        (order.Dead, order.Confirmed, order.Unconfirmed, order.Irrevocable) = (dead, confirmed, unconfirmed, irrevocable);
    });

    internal RevocationOrder Make(RevokeRequest request)
    {
        Order = new RevocationOrder
        {
            Id = OrderId,
            FenceId = FenceId,
            Reason = request.Reason,
            OrderedBy = "alice",
            OrderedAt = Timestamp.FromDateTimeOffset(DateTimeOffset.UnixEpoch),
            State = State.Draining,
            Selectors = { request.Selectors },
        };
        return Order.Clone();
    }
}
