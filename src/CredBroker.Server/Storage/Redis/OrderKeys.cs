using StackExchange.Redis;

namespace CredBroker.Server.Storage.Redis;

/// <summary>Names of the keys of revocation orders, all in the one slot that belongs to no bucket.</summary>
internal sealed class OrderKeys(OrderId id)
{
    /// <summary>Begins every key that belongs to no bucket.</summary>
    public const string Prefix = "cb:{meta}:";

    /// <summary>How long an order is remembered beyond the last change.</summary>
    public static readonly TimeSpan Remember = TimeSpan.FromDays(30);

    /// <summary>The orders that something is left to do for.</summary>
    public static readonly RedisKey Open = Prefix + "orders";

    /// <summary>Who works on it.</summary>
    public RedisKey Hold { get; } = Prefix + "hold:" + id.Value;

    /// <summary>The order, but for its counts.</summary>
    public RedisKey Order { get; } = Prefix + "order:" + id.Value;

    /// <summary>What is counted and not told from another key.</summary>
    public RedisKey Counts { get; } = Prefix + "order:" + id.Value + ":counts";

    /// <summary>Leases whose backend has not confirmed yet.</summary>
    public RedisKey Unconfirmed { get; } = Prefix + "order:" + id.Value + ":unconfirmed";

    /// <summary>Leases that are being revoked, by bucket.</summary>
    public RedisKey InHand { get; } = Prefix + "order:" + id.Value + ":hand";
}
