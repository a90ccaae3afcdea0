using System.Globalization;
using CredBroker.Revocation;
using StackExchange.Redis;

namespace CredBroker.Server.Storage.Redis;

/// <summary>The leases of revocation orders in Redis: a page of each bucket in hand, those that are not confirmed in a set, the others as counts.</summary>
internal sealed class RedisOrderLedger(RedisStore store) : IOrderLedger
{
    private const char Bar = '|';

    public async Task<bool> TurnPageAsync(OrderId id, string holder, OrderPage inHand, OrderPage next, CancellationToken cancellationToken)
    {
        var keys = new OrderKeys(id);
        var reply = await store.RunAsync(
            LuaScript.TurnPage,
            [keys.Hold, keys.InHand, keys.Counts, keys.Unconfirmed],
            [holder, next.Bucket, Write(inHand), Write(next), Instant.Write(OrderKeys.Remember)],
            cancellationToken);
        return reply.Code == "OK";
    }

    public async Task<IReadOnlyList<OrderPage>> ReadInHandAsync(OrderId id, CancellationToken cancellationToken)
    {
        var pages = await store.GuardAsync(database => database.HashGetAllAsync(new OrderKeys(id).InHand), cancellationToken);
        return [.. pages.Select(page => Read((int)page.Name, (string)page.Value!))];
    }

    public async Task<IReadOnlyList<LeaseId>> SampleUnconfirmedAsync(OrderId id, int count, CancellationToken cancellationToken)
    {
        var members = await store.GuardAsync(database => database.SetRandomMembersAsync(new OrderKeys(id).Unconfirmed, count), cancellationToken);
        return [.. members.Select(member => LeaseId.Parse((string)member!))];
    }

    public async Task<bool> SettleAsync(
        OrderId id, string holder, IReadOnlyList<LeaseId> confirmed, IReadOnlyList<LeaseId> irrevocable, CancellationToken cancellationToken)
    {
        var keys = new OrderKeys(id);
        var reply = await store.RunAsync(
            LuaScript.SettleOrder,
            [keys.Hold, keys.Unconfirmed, keys.Counts],
            [holder, Instant.Write(OrderKeys.Remember), confirmed.Count, .. Values(confirmed), .. Values(irrevocable)],
            cancellationToken);
        return reply.Code == "OK";
    }

    private static string Write(OrderPage page) =>
        page.IsEmpty ? "" : string.Create(CultureInfo.InvariantCulture, $"{string.Join(' ', page.Minted)}{Bar}{string.Join(' ', page.Made)}");

    private static OrderPage Read(int bucket, string text)
    {
        var bar = text.IndexOf(Bar, StringComparison.Ordinal);
        return new OrderPage(bucket, ReadIds(text[..bar]), ReadIds(text[(bar + 1)..]));
    }

    private static IReadOnlyList<LeaseId> ReadIds(string text) => [.. text.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(LeaseId.Parse)];

    private static IEnumerable<RedisValue> Values(IReadOnlyList<LeaseId> leases) => leases.Select(lease => (RedisValue)lease.Value);
}
