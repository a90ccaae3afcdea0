using CredBroker.Leases;
using StackExchange.Redis;

namespace CredBroker.Server.Storage.Redis;

/// <summary>Revocation queues, one sorted set for each bucket, backend and priority, scored by the next attempt.</summary>
internal sealed class RedisRevocationBacklog(RedisStore store, RedisClock clock) : IRevocationBacklog
{
    /// <summary>The classes, the most urgent first.</summary>
    public static readonly RevocationPriority[] Priorities =
        [RevocationPriority.Incident, RevocationPriority.TaskEnd, RevocationPriority.Expiry, RevocationPriority.Orphan];

    private static readonly int TotalShares = Priorities.Sum(priority => (int)priority);

    public async Task<IReadOnlyCollection<string>> ListBackendsAsync(CancellationToken cancellationToken) =>
        (await ReadQueuesAsync(cancellationToken)).SelectMany(
            (queues, bucket) => queues.Select(queue => BucketKeys.Of(bucket).BackendOf((string)queue!)).OfType<string>()).ToHashSet(StringComparer.Ordinal);

    public async Task<IReadOnlyList<QueuedRevocation>> ReadDueAsync(string backend, int count, CancellationToken cancellationToken)
    {
        var now = await clock.ReadAsync(cancellationToken);
        var queues = await ReadQueuesAsync(cancellationToken);
        var classes = await Task.WhenAll(Priorities.Select(priority => ReadClassAsync(
            [.. queues.SelectMany((held, bucket) => held.Where(queue => queue == BucketKeys.Of(bucket).Queue(backend, priority).ToString()))],
            priority, now, count, cancellationToken)));
        var chosen = new List<QueuedRevocation>(count);
        for (var i = 0; i < classes.Length; i++)
            chosen.AddRange(classes[i].Take(Math.Max(1, count * (int)Priorities[i] / TotalShares)));
        // What a class does not use of its share goes to the others, the most urgent first.
        foreach (var waiting in classes) chosen.AddRange(waiting.Except(chosen).Take(Math.Max(0, count - chosen.Count)));
        return chosen.Count > count ? chosen[..count] : chosen;
    }

    public async Task<ClaimedRevocation?> ClaimAsync(string backend, QueuedRevocation entry, TimeSpan visibility, CancellationToken cancellationToken)
    {
        var keys = BucketKeys.Of(entry.LeaseId.Bucket);
        var reply = await store.RunAsync(
            LuaScript.Claim, [keys.Queue(backend, entry.Priority), keys.Lease(entry.LeaseId), keys.Queues],
            [entry.LeaseId.Value, Instant.Write(visibility)], cancellationToken);
        return reply.Code == "OK"
            ? new ClaimedRevocation(LeaseCodec.Read(entry.LeaseId, reply.Text(0)), entry.Priority, reply.Number(1), (int)reply.Number(2), reply.Time(3))
            : null;
    }

    public async Task<Lease?> SettleAsync(ClaimedRevocation claim, RevocationSettlement settlement, CancellationToken cancellationToken)
    {
        var lease = claim.Lease;
        var keys = BucketKeys.Of(lease.Id.Bucket);
        var reply = await store.RunAsync(
            LuaScript.Settle,
            [
                keys.Queue(lease.Terms.BackendKey, claim.Priority), keys.Lease(lease.Id), keys.Task(lease.Terms.TaskId),
                keys.ByWorkload(lease.Terms.Tenant, lease.Terms.Workload), keys.ByTemplate(lease.Terms.Template), keys.DeadLetters, keys.AuditOwed,
                keys.TemplateIndexes, keys.Queues,
            ],
            [
                lease.Id.Value, claim.Claim, Word(settlement.Outcome), Instant.Write(settlement.Pause),
                LeaseCodec.WriteNotes(settlement.Handle ?? lease.BackendHandle, settlement.Error, lease.SupersededBy, lease.EndedAt), Instant.Write(store.Options.Remember),
            ],
            cancellationToken);
        return reply.Code == "OK" ? LeaseCodec.Read(lease.Id, reply.Text(0)) : null;
    }

    public async Task<(long Waiting, long DeadLetters)> CountAsync(IReadOnlyList<string> backends, CancellationToken cancellationToken)
    {
        var keys = Enumerable.Range(0, Buckets.Count).Select(BucketKeys.Of).ToList();
        var waiting = await store.GuardAsync(
            database => Task.WhenAll(
                from bucket in keys from backend in backends from priority in Priorities select database.SortedSetLengthAsync(bucket.Queue(backend, priority))),
            cancellationToken);
        var dead = await store.GuardAsync(
            database => Task.WhenAll(keys.Select(bucket => database.SortedSetLengthAsync(bucket.DeadLetters))), cancellationToken);
        return (waiting.Sum(), dead.Sum());
    }

    /// <summary>Which queues hold something, bucket by bucket; a bucket that does not answer holds up no other.</summary>
    private async Task<RedisValue[][]> ReadQueuesAsync(CancellationToken cancellationToken)
    {
        var queues = await Task.WhenAll(Enumerable.Range(0, Buckets.Count).Select(
            bucket => store.TryAsync(database => database.SetMembersAsync(BucketKeys.Of(bucket).Queues), cancellationToken)));
        return Array.TrueForAll(queues, held => held is null) ? throw RedisStore.Unavailable() : [.. queues.Select(held => held ?? [])];
    }

    private async Task<IReadOnlyList<QueuedRevocation>> ReadClassAsync(
        IReadOnlyList<RedisValue> queues, RevocationPriority priority, DateTimeOffset now, int count, CancellationToken cancellationToken)
    {
        var until = now.ToUnixTimeMilliseconds();
        var due = await Task.WhenAll(queues.Select(queue => store.TryAsync(
            database => database.SortedSetRangeByScoreWithScoresAsync((string)queue!, double.NegativeInfinity, until, take: count), cancellationToken)));
        return [.. due.SelectMany(bucket => bucket ?? []).OrderBy(entry => entry.Score).Take(count)
            .Select(entry => new QueuedRevocation(LeaseId.Parse((string)entry.Element!), priority))];
    }

    private static string Word(SettlementOutcome outcome) => outcome switch
    {
        SettlementOutcome.Revoked => "revoked",
        SettlementOutcome.Again => "again",
        SettlementOutcome.Uncounted => "uncounted",
        SettlementOutcome.Noted => "noted",
        _ => "dead",
    };
}
