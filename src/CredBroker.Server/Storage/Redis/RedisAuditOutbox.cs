using CredBroker.Audit;
using StackExchange.Redis;

namespace CredBroker.Server.Storage.Redis;

/// <summary>Notes of audit lines that are still owed, one sorted set a bucket.</summary>
internal sealed class RedisAuditOutbox(RedisStore store, RedisClock clock) : IAuditOutbox
{
    public async Task<IReadOnlyList<OwedAudit>> ReadOwedAsync(TimeSpan age, int perBucket, CancellationToken cancellationToken)
    {
        var until = (await clock.ReadAsync(cancellationToken)).Subtract(age).ToUnixTimeMilliseconds();
        var owed = await store.GuardAsync(
            database => Task.WhenAll(Enumerable.Range(0, Buckets.Count).Select(bucket => database.SortedSetRangeByScoreWithScoresAsync(
                BucketKeys.Of(bucket).AuditOwed, double.NegativeInfinity, until, take: perBucket))),
            cancellationToken);
        return [.. owed.SelectMany((members, bucket) => members.Select(member => new OwedAudit(bucket, (string)member.Element!, Instant.Read((long)member.Score))))];
    }

    public Task SettleAsync(IReadOnlyList<OwedAudit> owed, CancellationToken cancellationToken) =>
        store.GuardAsync(
            database => Task.WhenAll(owed.GroupBy(note => note.Bucket).Select(bucket => database.SortedSetRemoveAsync(
                BucketKeys.Of(bucket.Key).AuditOwed, [.. bucket.Select(note => (RedisValue)note.SubjectId)]))),
            cancellationToken);
}
