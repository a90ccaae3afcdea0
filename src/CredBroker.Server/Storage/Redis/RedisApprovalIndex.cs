using CredBroker.Approvals;
using StackExchange.Redis;

namespace CredBroker.Server.Storage.Redis;

/// <summary>Requests for approval, by the sorted sets that each bucket keeps of them.</summary>
internal sealed class RedisApprovalIndex(RedisStore store, RedisClock clock) : IApprovalIndex
{
    public Task<BucketPage<ApprovalPosition>> ListAsync(int bucket, ApprovalPosition? after, int take, CancellationToken cancellationToken) => NewestFirst.ReadAsync(
        store, BucketKeys.Of(bucket).Approvals, after?.AskedAt, take, Read, found => found.IsAfter(after), cancellationToken);

    public async Task<IReadOnlyList<ApprovalRequest>> ReadAsync(IReadOnlyList<ApprovalId> ids, CancellationToken cancellationToken)
    {
        if (ids.Count == 0) return [];
        var fields = await store.GuardAsync(
            database => Task.WhenAll(ids.Select(id => database.HashGetAsync(BucketKeys.Of(id.Bucket).Approval(id), ApprovalCodec.Fields))), cancellationToken);
        return [.. ids.Select((id, i) => TryRead(id, fields[i])).OfType<ApprovalRequest>()];
    }

    public async Task<ChangedApprovals> ReadChangedAsync(DateTimeOffset? since, CancellationToken cancellationToken)
    {
        var asOf = await clock.ReadAsync(cancellationToken);
        double from = since?.ToUnixTimeMilliseconds() ?? double.NegativeInfinity;
        var found = await AllAsync((database, keys) => database.SortedSetRangeByScoreAsync(keys.ApprovalChanges, from), cancellationToken);
        return new ChangedApprovals(asOf, found);
    }

    public async Task<IReadOnlyList<ApprovalId>> ReadDueAsync(int perBucket, CancellationToken cancellationToken)
    {
        double until = (await clock.ReadAsync(cancellationToken)).ToUnixTimeMilliseconds();
        return await AllAsync(
            (database, keys) => database.SortedSetRangeByScoreAsync(keys.ApprovalsDue, double.NegativeInfinity, until, take: perBucket), cancellationToken);
    }

    private async Task<IReadOnlyList<ApprovalId>> AllAsync(Func<IDatabase, BucketKeys, Task<RedisValue[]>> read, CancellationToken cancellationToken)
    {
        var members = await store.GuardAsync(
            database => Task.WhenAll(Enumerable.Range(0, Buckets.Count).Select(bucket => read(database, BucketKeys.Of(bucket)))), cancellationToken);
        return [.. members.SelectMany(of => of).Select(member => ApprovalId.Parse((string)member!))];
    }

    private ApprovalRequest? TryRead(ApprovalId id, RedisValue[] fields)
    {
        try
        {
            return ApprovalCodec.Read(id, fields);
        }
        catch (FormatException)
        {
            store.Unreadable.Note(id.Value);
            return null;
        }
    }

    private static ApprovalPosition Read(SortedSetEntry entry) => new(Instant.Read((long)entry.Score), ApprovalId.Parse((string)entry.Element!));
}
