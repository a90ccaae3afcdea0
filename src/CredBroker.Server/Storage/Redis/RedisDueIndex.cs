using CredBroker.Leases;
using StackExchange.Redis;

namespace CredBroker.Server.Storage.Redis;

/// <summary>Reads the due index of every bucket, all in one flight.</summary>
internal sealed class RedisDueIndex(RedisStore store, TimeProvider time) : IDueIndex
{
    private TimeSpan _offset = TimeSpan.Zero;

    public async Task<IReadOnlyList<DueBatch>> ReadDueAsync(int perBucket, CancellationToken cancellationToken)
    {
        // The store's clock decides what is due; how far it is from ours was learned at the last turn.
        var until = (time.GetUtcNow() + _offset).ToUnixTimeMilliseconds();
        var clock = store.GuardAsync(database => database.ExecuteAsync("TIME"), cancellationToken);
        var due = await store.GuardAsync(
            database => Task.WhenAll(Enumerable.Range(0, Buckets.Count).Select(bucket => database.SortedSetRangeByScoreAsync(
                BucketKeys.Of(bucket).Due, double.NegativeInfinity, until, take: perBucket))),
            cancellationToken);
        _offset = ReadTime(await clock) - time.GetUtcNow();
        var batches = new List<DueBatch>();
        for (var bucket = 0; bucket < due.Length; bucket++)
            if (due[bucket].Length > 0) batches.Add(await ReadBatchAsync(bucket, due[bucket], cancellationToken));
        return batches;
    }

    private static DateTimeOffset ReadTime(RedisResult reply)
    {
        var parts = (RedisValue[])reply!;
        return DateTimeOffset.FromUnixTimeSeconds((long)parts[0]).AddMicroseconds((long)parts[1]);
    }

    private async Task<DueBatch> ReadBatchAsync(int bucket, RedisValue[] members, CancellationToken cancellationToken)
    {
        var leases = new List<LeaseId>(members.Length);
        var tasks = new List<TaskId>();
        foreach (var member in members)
        {
            var text = (string)member!;
            if (LeaseId.TryParse(text, out var lease)) leases.Add(lease);
            else if (TaskId.TryParse(text, out var task)) tasks.Add(task);
        }

        var keys = BucketKeys.Of(bucket);
        var read = await RedisLeaseStore.ReadAllAsync(store, keys, leases, cancellationToken);
        if (read.Count < leases.Count) await ForgetLostAsync(keys, leases, read, cancellationToken);
        return new DueBatch(bucket, read, tasks);
    }

    /// <summary>A lease that the store has lost cannot be revoked by us; its entry must not be met again at every turn.</summary>
    private Task<long> ForgetLostAsync(BucketKeys keys, List<LeaseId> asked, IReadOnlyList<Lease> read, CancellationToken cancellationToken)
    {
        RedisValue[] lost = [.. asked.Except(read.Select(lease => lease.Id)).Select(id => (RedisValue)id.Value)];
        return store.GuardAsync(database => database.SortedSetRemoveAsync(keys.Due, lost), cancellationToken);
    }
}
