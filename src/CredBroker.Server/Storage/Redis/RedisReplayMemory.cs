using CredBroker.Attestation;
using StackExchange.Redis;

namespace CredBroker.Server.Storage.Redis;

/// <summary>Used evidence, one key for each, until it has expired by any clock that the broker works with.</summary>
internal sealed class RedisReplayMemory(RedisStore store) : IReplayMemory
{
    public Task<bool> TryUseAsync(SingleUse evidence, CancellationToken cancellationToken)
    {
        var remember = evidence.ExpiresAt - store.Time + store.Options.ClockBound;
        // Whoever checked the expiry a moment ago may have seen another clock; for a second it is remembered in any case.
        if (remember < TimeSpan.FromSeconds(1)) remember = TimeSpan.FromSeconds(1);
        return store.GuardAsync(database => UseAsync(database, evidence, remember), cancellationToken);
    }

    // What is once written never changes, so that looking at it afterwards is as good as at once.
    private static async Task<bool> UseAsync(IDatabase database, SingleUse evidence, TimeSpan remember)
    {
        var key = BucketKeys.Used(evidence);
        if (await database.StringSetAsync(key, evidence.Key, remember, When.NotExists)) return true;
        return evidence.Key.Length > 0 && await database.StringGetAsync(key) == evidence.Key;
    }
}
