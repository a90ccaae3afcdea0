using System.Globalization;
using System.Security.Cryptography;
using StackExchange.Redis;

namespace CredBroker.Server.Storage.Redis;

/// <summary>What a store was first used with: its epoch, and the number of buckets, which must never change.</summary>
internal sealed class RedisEpoch(RedisStore store)
{
    private static readonly RedisKey EpochKey = "cb:{meta}:epoch";
    private static readonly RedisKey BucketsKey = "cb:{meta}:buckets";

    /// <summary>The epoch; made where the store has none, so a store that was emptied has another one.</summary>
    public async Task<string> ReadAsync(CancellationToken cancellationToken)
    {
        var epoch = await store.GuardAsync(database => database.StringGetAsync(EpochKey), cancellationToken);
        if (!epoch.IsNull) return (string)epoch!;
        var made = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(8));
        await store.GuardAsync(database => database.StringSetAsync(EpochKey, made, when: When.NotExists), cancellationToken);
        return (string)(await store.GuardAsync(database => database.StringGetAsync(EpochKey), cancellationToken))!;
    }

    /// <summary>Refuses a store that was first used with another number of buckets.</summary>
    /// <exception cref="InvalidOperationException">It was; the message says what to do.</exception>
    public async Task RequireBucketsAsync(CancellationToken cancellationToken)
    {
        await store.GuardAsync(database => database.StringSetAsync(BucketsKey, Buckets.Count, when: When.NotExists), cancellationToken);
        var count = await store.GuardAsync(database => database.StringGetAsync(BucketsKey), cancellationToken);
        if ((int)count != Buckets.Count)
        {
            throw new InvalidOperationException(string.Create(
                CultureInfo.InvariantCulture,
                $"This store was first used with {(int)count} buckets and this broker uses {Buckets.Count}: give it an empty store."));
        }
    }
}
