using System.Text.Json;
using CredBroker.Revocation;
using StackExchange.Redis;

namespace CredBroker.Server.Storage.Redis;

/// <summary>Revocation orders, previews and second opinions in Redis, all in the one slot that belongs to no bucket.</summary>
internal sealed class RedisOrderStore(RedisStore store) : IOrderStore, IPreviewStore
{
    private const string Prefix = "cb:{meta}:";
    private static readonly RedisKey OpenKey = Prefix + "orders";
    private static readonly TimeSpan RememberOrder = TimeSpan.FromDays(30);
    private static readonly TimeSpan RememberPreview = TimeSpan.FromMinutes(10);
    private static readonly TimeSpan RememberFirst = TimeSpan.FromHours(1);

    public Task SaveAsync(RevocationOrder order, CancellationToken cancellationToken)
    {
        RedisKey key = Prefix + "order:" + order.Id.Value;
        var text = JsonSerializer.Serialize(StoredOrder.From(order), StoredJson.Default.StoredOrder);
        return store.GuardAsync(
            async database =>
            {
                // The record stands before anything points to it, and until nothing does.
                await database.StringSetAsync(key, text, RememberOrder);
                return order.IsOpen
                    ? await database.SetAddAsync(OpenKey, order.Id.Value)
                    : await database.SetRemoveAsync(OpenKey, order.Id.Value);
            },
            cancellationToken);
    }

    public async Task<RevocationOrder?> FindAsync(OrderId id, CancellationToken cancellationToken)
    {
        RedisKey key = Prefix + "order:" + id.Value;
        var text = await store.GuardAsync(database => database.StringGetAsync(key), cancellationToken);
        return text.IsNull ? null : JsonSerializer.Deserialize((string)text!, StoredJson.Default.StoredOrder)?.ToOrder();
    }

    public async Task<IReadOnlyList<RevocationOrder>> ListOpenAsync(CancellationToken cancellationToken)
    {
        var ids = await store.GuardAsync(database => database.SetMembersAsync(OpenKey), cancellationToken);
        var open = new List<RevocationOrder>(ids.Length);
        foreach (var id in ids)
            if (await TryFindAsync((string)id!, cancellationToken) is { } order) open.Add(order);
        return open;
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
        var reply = await store.RunAsync(LuaScript.Hold, [Prefix + "hold:" + id.Value], [holder, Instant.Write(hold)], cancellationToken);
        return reply.Code == "OK";
    }

    public Task AddUnconfirmedAsync(OrderId id, IReadOnlyList<LeaseId> leases, CancellationToken cancellationToken)
    {
        var key = UnconfirmedKey(id);
        return store.GuardAsync(
            async database =>
            {
                await database.SetAddAsync(key, Values(leases));
                return await database.KeyExpireAsync(key, RememberOrder);
            },
            cancellationToken);
    }

    public async Task<IReadOnlyList<LeaseId>> SampleUnconfirmedAsync(OrderId id, int count, CancellationToken cancellationToken)
    {
        var members = await store.GuardAsync(database => database.SetRandomMembersAsync(UnconfirmedKey(id), count), cancellationToken);
        return [.. members.Select(member => LeaseId.Parse((string)member!))];
    }

    public Task RemoveUnconfirmedAsync(OrderId id, IReadOnlyList<LeaseId> leases, CancellationToken cancellationToken) =>
        store.GuardAsync(database => database.SetRemoveAsync(UnconfirmedKey(id), Values(leases)), cancellationToken);

    public Task RememberAsync(string previewDigest, long count, CancellationToken cancellationToken) =>
        store.GuardAsync(database => database.StringSetAsync(Prefix + "pv:" + previewDigest, count, RememberPreview), cancellationToken);

    public async Task<long?> RecallAsync(string previewDigest, CancellationToken cancellationToken)
    {
        var count = await store.GuardAsync(database => database.StringGetAsync(Prefix + "pv:" + previewDigest), cancellationToken);
        return count.IsNull ? null : (long)count;
    }

    public async Task<string?> SecondAsync(FenceId fence, string principal, CancellationToken cancellationToken)
    {
        RedisKey key = Prefix + "lift:" + fence.Value;
        await store.GuardAsync(database => database.StringSetAsync(key, principal, RememberFirst, When.NotExists), cancellationToken);
        var first = (string?)await store.GuardAsync(database => database.StringGetAsync(key), cancellationToken);
        return first is null || first == principal ? null : first;
    }

    private static RedisKey UnconfirmedKey(OrderId id) => Prefix + "order:" + id.Value + ":unconfirmed";

    private static RedisValue[] Values(IReadOnlyList<LeaseId> leases) => [.. leases.Select(lease => (RedisValue)lease.Value)];
}
