using System.Text.Json;
using CredBroker.Revocation;

namespace CredBroker.Server.Storage.Redis;

/// <summary>Revocation orders in Redis. Their counts are kept beside them, by <see cref="RedisOrderLedger"/>.</summary>
internal sealed class RedisOrderStore(RedisStore store) : IOrderStore
{
    public async Task<bool> SaveAsync(RevocationOrder order, string holder, CancellationToken cancellationToken)
    {
        var keys = new OrderKeys(order.Id);
        var text = JsonSerializer.Serialize(StoredOrder.From(order), StoredJson.Default.StoredOrder);
        var reply = await store.RunAsync(
            LuaScript.SaveOrder,
            [keys.Hold, keys.Order, OrderKeys.Open, keys.Unconfirmed],
            [holder, text, Instant.Write(OrderKeys.Remember), order.Id.Value, order.IsDrained ? "1" : "0"],
            cancellationToken);
        return reply.Code == "OK";
    }

    public async Task<RevocationOrder?> FindAsync(OrderId id, CancellationToken cancellationToken)
    {
        var keys = new OrderKeys(id);
        var reply = await store.RunAsync(LuaScript.ReadOrder, [keys.Order, keys.Counts, keys.Unconfirmed], [], cancellationToken);
        if (reply.Text(0).Length == 0) return null;
        var stored = JsonSerializer.Deserialize(reply.Text(0), StoredJson.Default.StoredOrder);
        return stored?.ToOrder() is not { } order ? null : order with
        {
            Dead = reply.Number(1),
            Confirmed = reply.Number(2),
            Irrevocable = reply.Number(3),
            Unconfirmed = reply.Number(4),
        };
    }

    public async Task<IReadOnlyList<RevocationOrder>> ListOpenAsync(CancellationToken cancellationToken)
    {
        var ids = await store.GuardAsync(database => database.SetMembersAsync(OrderKeys.Open), cancellationToken);
        var open = await Task.WhenAll(ids.Select(id => TryFindAsync((string)id!, cancellationToken)));
        return [.. open.OfType<RevocationOrder>()];
    }

    /// <summary>An order; null also where its record cannot be read, which is made known: it must not hold up the others.</summary>
    private async Task<RevocationOrder?> TryFindAsync(string id, CancellationToken cancellationToken)
    {
        try
        {
            return await FindAsync(OrderId.Parse(id), cancellationToken);
        }
        catch (Exception fault) when (UnreadableRecords.IsSignedBy(fault))
        {
            store.Unreadable.Note(id);
            return null;
        }
    }

    public async Task<bool> TryHoldAsync(OrderId id, string holder, TimeSpan hold, CancellationToken cancellationToken)
    {
        var reply = await store.RunAsync(LuaScript.Hold, [new OrderKeys(id).Hold], [holder, Instant.Write(hold)], cancellationToken);
        return reply.Code == "OK";
    }
}
