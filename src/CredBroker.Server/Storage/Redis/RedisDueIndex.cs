using CredBroker.Leases;
using StackExchange.Redis;

namespace CredBroker.Server.Storage.Redis;

/// <summary>Reads the due index of every bucket, all in one flight.</summary>
internal sealed class RedisDueIndex(RedisStore store, RedisClock clock) : IDueIndex
{
    public async Task<IReadOnlyList<DueBatch>> ReadDueAsync(int perBucket, CancellationToken cancellationToken)
    {
        var until = (await clock.ReadAsync(cancellationToken)).ToUnixTimeMilliseconds();
        var due = await store.GuardAsync(
            database => Task.WhenAll(Enumerable.Range(0, Buckets.Count).Select(bucket => database.SortedSetRangeByScoreAsync(
                BucketKeys.Of(bucket).Due, double.NegativeInfinity, until, take: perBucket))),
            cancellationToken);
        var batches = new List<DueBatch>();
        for (var bucket = 0; bucket < due.Length; bucket++)
            if (due[bucket].Length > 0) batches.Add(await ReadBatchAsync(bucket, due[bucket], cancellationToken));
        return batches;
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
