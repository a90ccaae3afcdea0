using System.Text.Json;
using CredBroker.Issuance;
using StackExchange.Redis;

namespace CredBroker.Server.Storage.Redis;

/// <summary>The latest pass over live leases, in Redis. It takes away and gives nothing, so a full store takes it too.</summary>
internal sealed class RedisTighteningStore(RedisStore store) : ITighteningStore
{
    private static readonly RedisKey Key = OrderKeys.Prefix + "tightening";
    private static readonly RedisKey HoldKey = OrderKeys.Prefix + "hold:tightening";

    public async Task<TighteningPass?> FindAsync(CancellationToken cancellationToken)
    {
        var text = await store.GuardAsync(database => database.HashGetAsync(Key, "pass"), cancellationToken);
        return text.IsNull ? null : JsonSerializer.Deserialize((string)text!, StoredJson.Default.StoredPass)?.ToPass();
    }

    public async Task<bool> SaveAsync(TighteningPass pass, long inPlaceOf, CancellationToken cancellationToken)
    {
        var text = JsonSerializer.Serialize(StoredPass.From(pass), StoredJson.Default.StoredPass);
        var reply = await store.RunAsync(LuaScript.SavePass, [Key], [inPlaceOf, pass.Number, text], cancellationToken);
        return reply.Code == "OK";
    }

    public async Task<bool> TryHoldAsync(string holder, TimeSpan hold, CancellationToken cancellationToken)
    {
        var reply = await store.RunAsync(LuaScript.Hold, [HoldKey], [holder, Instant.Write(hold)], cancellationToken);
        return reply.Code == "OK";
    }
}
