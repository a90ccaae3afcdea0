using CredBroker.Leases;
using StackExchange.Redis;

namespace CredBroker.Server.Storage.Redis;

/// <summary>Reads the due index of every bucket, all in one flight. A bucket that does not answer, and a record that cannot be read, hold up no other.</summary>
internal sealed partial class RedisDueIndex(RedisStore store, RedisClock clock, StoreContact contact, ILogger<RedisDueIndex> logger) : IDueIndex
{
    public async Task<IReadOnlyList<DueBatch>> ReadDueAsync(int perBucket, CancellationToken cancellationToken)
    {
        var until = await ReadTimeAsync(cancellationToken);
        var batches = await Task.WhenAll(Enumerable.Range(0, Buckets.Count).Select(bucket => ReadBucketAsync(bucket, until, perBucket, cancellationToken)));
        var silent = batches.Count(batch => batch is null);
        if (silent == batches.Length) throw RedisStore.Unavailable();
        if (silent > 0) LogSilent(logger, silent);
        return [.. batches.OfType<DueBatch>().Where(batch => batch.Leases.Count + batch.Tasks.Count > 0)];
    }

    private async Task<long> ReadTimeAsync(CancellationToken cancellationToken)
    {
        try
        {
            return (await clock.ReadAsync(cancellationToken)).ToUnixTimeMilliseconds();
        }
        catch (RefusedException)
        {
            for (var bucket = 0; bucket < Buckets.Count; bucket++) contact.Lost(bucket);
            throw;
        }
    }

    /// <summary>What is due in one bucket; null where it does not answer.</summary>
    private async Task<DueBatch?> ReadBucketAsync(int bucket, long until, int take, CancellationToken cancellationToken)
    {
        for (var skip = 0L; ; skip += take)
        {
            var from = skip;
            var members = await store.TryAsync(
                database => database.SortedSetRangeByScoreAsync(BucketKeys.Of(bucket).Due, double.NegativeInfinity, until, skip: from, take: take),
                cancellationToken);
            var batch = members is null ? null : await ReadBatchAsync(bucket, members, cancellationToken);
            if (batch is null)
            {
                contact.Lost(bucket);
                return null;
            }

            contact.Heard(bucket);
            // Where nothing of a page can be read, what comes after it does not wait for that.
            if (batch.Leases.Count + batch.Tasks.Count > 0 || members!.Length < take) return batch;
        }
    }

    private async Task<DueBatch?> ReadBatchAsync(int bucket, RedisValue[] members, CancellationToken cancellationToken)
    {
        var leases = new List<LeaseId>(members.Length);
        var tasks = new List<TaskId>();
        foreach (var member in members)
        {
            var text = (string)member!;
            if (LeaseId.TryParse(text, out var lease)) leases.Add(lease);
            else if (TaskId.TryParse(text, out var task)) tasks.Add(task);
        }

        if (leases.Count == 0) return new DueBatch(bucket, [], tasks);
        var keys = BucketKeys.Of(bucket);
        RedisKey[] leaseKeys = [.. leases.Select(keys.Lease)];
        if (await store.TryAsync(database => database.StringGetAsync(leaseKeys), cancellationToken) is not { } values) return null;
        await ForgetLostAsync(keys, [.. leases.Where((_, i) => values[i].IsNull).Select(id => (RedisValue)id.Value)], cancellationToken);
        return new DueBatch(bucket, RedisLeaseStore.ReadAll(store, leases, values), tasks);
    }

    /// <summary>A lease that the store has lost cannot be revoked by us; its entry must not be met again at every turn.</summary>
    private async Task ForgetLostAsync(BucketKeys keys, RedisValue[] lost, CancellationToken cancellationToken)
    {
        if (lost.Length > 0) await store.GuardAsync(database => database.SortedSetRemoveAsync(keys.Due, lost), cancellationToken);
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Count} buckets of the store do not answer; what is due there will be looked at later")]
    private static partial void LogSilent(ILogger logger, int count);
}
