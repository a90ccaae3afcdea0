using System.Security.Cryptography;
using StackExchange.Redis;

namespace CredBroker.Server.Storage.Redis;

/// <summary>The epoch of a store: a store that was emptied or replaced has another one.</summary>
internal sealed class RedisEpoch(RedisStore store)
{
    private static readonly RedisKey EpochKey = "cb:{meta}:epoch";

    /// <summary>The epoch; made where the store has none, so a store that was emptied has another one.</summary>
    public async Task<string> ReadAsync(CancellationToken cancellationToken)
    {
        var reply = await store.RunAsync(
            LuaScript.Epoch, [EpochKey], [Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(8))], cancellationToken);
        return reply.Text(0);
    }
}
