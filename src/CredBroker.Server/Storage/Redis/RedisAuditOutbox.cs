using System.Globalization;
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
        return [.. owed.SelectMany((members, bucket) => members.Select(member => TryRead(bucket, member))).OfType<OwedAudit>()];
    }

    public Task SettleAsync(IReadOnlyList<OwedAudit> owed, CancellationToken cancellationToken) =>
        store.GuardAsync(
            database => Task.WhenAll(owed.GroupBy(note => note.Bucket).Select(bucket => database.SortedSetRemoveAsync(
                BucketKeys.Of(bucket.Key).AuditOwed, [.. bucket.Select(Member)]))),
            cancellationToken);

    /// <summary>A lease ends in more than one step, and each of them owes its own line.</summary>
    private static RedisValue Member(OwedAudit note) => string.Create(CultureInfo.InvariantCulture, $"{note.SubjectId} {note.Generation}");

    private OwedAudit? TryRead(int bucket, SortedSetEntry entry)
    {
        var parts = ((string)entry.Element!).Split(' ');
        if (parts.Length == 2 && long.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out var generation))
            return new OwedAudit(bucket, parts[0], generation, Instant.Read((long)entry.Score));
        store.Unreadable.Note(parts[0]);
        return null;
    }
}
