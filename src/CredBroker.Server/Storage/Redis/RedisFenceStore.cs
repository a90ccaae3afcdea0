using System.Text.Json;
using CredBroker.Leases;
using CredBroker.Revocation;
using StackExchange.Redis;

namespace CredBroker.Server.Storage.Redis;

/// <summary>Fences in Redis: one copy in every bucket for the scripts that issue, one beside them for verifiers.</summary>
internal sealed class RedisFenceStore(RedisStore store) : IFenceStore
{
    /// <summary>What a fence killed was issued before it and lives no longer than this.</summary>
    private static readonly TimeSpan RememberLifted = TimeSpan.FromHours(25);

    private static readonly RedisKey AllKey = "cb:{meta}:fences";
    private static readonly RedisKey FeedKey = "cb:{meta}:fence_feed";

    /// <summary>Counts what verifiers have been told.</summary>
    public static RedisKey SequenceKey { get; } = "cb:{meta}:fence_seq";

    public async Task<Fence> RaiseAsync(Fence fence, CancellationToken cancellationToken)
    {
        var text = Write(new FenceNotice(fence, Lifted: false));
        var replies = await Task.WhenAll(Enumerable.Range(0, Buckets.Count).Select(bucket => store.RunAsync(
            LuaScript.RaiseFence, [BucketKeys.Of(bucket).Fences, BucketKeys.Of(bucket).FenceEpoch, BucketKeys.Of(bucket).HighWater],
            [fence.Id.Value, text], cancellationToken)));
        if (replies.All(reply => reply.Number(1) == 0) && await FindStandingAsync(fence.Id, cancellationToken) is { } standing) return standing.Fence;
        var raised = fence with { NotBefore = replies.Max(reply => reply.Time(0)) };
        await PublishAsync(new FenceNotice(raised, Lifted: false), cancellationToken);
        return raised;
    }

    public async Task<bool> LiftAsync(FenceId id, CancellationToken cancellationToken)
    {
        var notice = await FindStandingAsync(id, cancellationToken);
        // A broker that died while it raised the fence left it in buckets and told nobody.
        var replies = await Task.WhenAll(Enumerable.Range(0, Buckets.Count).Select(bucket => store.RunAsync(
            LuaScript.LiftFence, [BucketKeys.Of(bucket).Fences, BucketKeys.Of(bucket).FenceEpoch], [id.Value], cancellationToken)));
        if (notice is null) return replies.Any(reply => reply.Number(0) == 1);
        await PublishAsync(notice with { Lifted = true }, cancellationToken);
        await ForgetOldAsync(cancellationToken);
        return true;
    }

    public async Task<IReadOnlyList<Fence>> ListAsync(CancellationToken cancellationToken) =>
        [.. (await ReadNoticesAsync(cancellationToken)).Where(notice => !notice.Lifted).Select(notice => notice.Fence).OrderBy(fence => fence.RaisedAt)];

    public async Task<FenceSet> ReadAsync(int bucket, CancellationToken cancellationToken)
    {
        var keys = BucketKeys.Of(bucket);
        var reply = await store.RunAsync(LuaScript.ReadFences, [keys.Fences, keys.FenceEpoch], [], cancellationToken);
        return new FenceSet(reply.Number(0), [.. Enumerable.Range(1, reply.Count - 1).Select(index => Read(reply.Text(index)).Fence)]);
    }

    /// <summary>Every fence that can still matter to a verifier.</summary>
    public async Task<IReadOnlyList<FenceNotice>> ReadNoticesAsync(CancellationToken cancellationToken)
    {
        var all = await store.GuardAsync(database => database.HashValuesAsync(AllKey), cancellationToken);
        return [.. all.Select(text => Read((string)text!))];
    }

    /// <summary>What verifiers have been told since a position; moves the head to what was really read. Null where it has been trimmed away.</summary>
    public async Task<IReadOnlyList<FenceNotice>?> ReadSinceAsync(long since, long[] heads, CancellationToken cancellationToken)
    {
        if (heads[FeedCursor.FencePosition] == since) return [];
        if (await SequencedLog.ReadAsync(store, FeedKey, since, heads[FeedCursor.FencePosition], cancellationToken) is not var (entries, last)) return null;
        heads[FeedCursor.FencePosition] = last;
        return [.. entries.Select(Read)];
    }

    private async Task<FenceNotice?> FindStandingAsync(FenceId id, CancellationToken cancellationToken) =>
        (await ReadNoticesAsync(cancellationToken)).FirstOrDefault(notice => notice.Fence.Id == id && !notice.Lifted);

    private async Task PublishAsync(FenceNotice notice, CancellationToken cancellationToken)
    {
        await store.RunAsync(
            LuaScript.PublishFence, [AllKey, SequenceKey, FeedKey],
            [notice.Fence.Id.Value, Write(notice), store.Options.FeedLength], cancellationToken);
        RedisWakeUp.Send(store.Connection, FeedCursor.FencePosition);
    }

    private async Task ForgetOldAsync(CancellationToken cancellationToken)
    {
        var old = (await ReadNoticesAsync(cancellationToken))
            .Where(notice => notice.Lifted && notice.Fence.NotBefore + RememberLifted < store.Time)
            .Select(notice => (RedisValue)notice.Fence.Id.Value)
            .ToArray();
        if (old.Length > 0) await store.GuardAsync(database => database.HashDeleteAsync(AllKey, old), cancellationToken);
    }

    private static string Write(FenceNotice notice) => JsonSerializer.Serialize(StoredFence.From(notice), StoredJson.Default.StoredFence);

    private static FenceNotice Read(string text) =>
        (JsonSerializer.Deserialize(text, StoredJson.Default.StoredFence) ?? throw new FormatException("A fence in the store is damaged.")).ToNotice();
}
