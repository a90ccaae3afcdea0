using System.Globalization;
using CredBroker.Revocation;
using StackExchange.Redis;

namespace CredBroker.Server.Storage.Redis;

/// <summary>Reads the revocation lists of all buckets, in one flight where nothing is new.</summary>
internal sealed class RedisRevocationLog(RedisStore store, RedisEpoch epoch, RedisFenceStore fences, TimeProvider time) : IRevocationLog, IAsyncDisposable
{
    private readonly WakeLatch _wake = new(time);

    public async Task<FeedSlice> ReadAsync(FeedCursor? since, CancellationToken cancellationToken)
    {
        var asOf = time.GetUtcNow();
        var current = await epoch.ReadAsync(cancellationToken);
        var heads = await ReadHeadsAsync(cancellationToken);
        if (since is null || since.Epoch != current) return await ReadSnapshotAsync(current, heads, asOf, cancellationToken);

        var events = new List<RevocationEvent>();
        for (var bucket = 0; bucket < Buckets.Count; bucket++)
        {
            if (heads[bucket] == since[bucket]) continue;
            if (await SequencedLog.ReadAsync(store, BucketKeys.Of(bucket).Feed, since[bucket], heads[bucket], cancellationToken) is not var (entries, last))
                return await ReadSnapshotAsync(current, heads, asOf, cancellationToken);
            events.AddRange(entries.Select(ReadEvent));
            // Revocations that came after the head was read were read as well.
            heads[bucket] = last;
        }

        if (await fences.ReadSinceAsync(since[FeedCursor.FencePosition], heads, cancellationToken) is not { } notices)
            return await ReadSnapshotAsync(current, heads, asOf, cancellationToken);
        return new FeedSlice(new FeedCursor(current, heads), asOf, events, notices, Reset: false)
        {
            // They are few: whoever lacks one is told all.
            WithdrawnKeyIds = heads[FeedCursor.KeyPosition] == since[FeedCursor.KeyPosition] ? [] : await ReadWithdrawnAsync(asOf, cancellationToken),
        };
    }

    public async Task WaitAsync(TimeSpan atMost, CancellationToken cancellationToken)
    {
        await _wake.ListenAsync(wake => RedisWakeUp.ListenAsync(store.Connection, wake));
        await _wake.WaitAsync(atMost, cancellationToken);
    }

    public ValueTask DisposeAsync()
    {
        _wake.Dispose();
        return ValueTask.CompletedTask;
    }

    private async Task<long[]> ReadHeadsAsync(CancellationToken cancellationToken)
    {
        var heads = await store.GuardAsync(
            database => Task.WhenAll(Enumerable.Range(0, FeedCursor.Positions).Select(position => database.StringGetAsync(SequenceKeyOf(position)))),
            cancellationToken);
        return [.. heads.Select(head => head.IsNull ? 0 : (long)head)];
    }

    private static RedisKey SequenceKeyOf(int position) => position switch
    {
        FeedCursor.FencePosition => RedisFenceStore.SequenceKey,
        FeedCursor.KeyPosition => RedisSigningKeyStore.WithdrawnSequenceKey,
        _ => BucketKeys.Of(position).FeedSequence,
    };

    private async Task<IReadOnlyList<string>> ReadWithdrawnAsync(DateTimeOffset asOf, CancellationToken cancellationToken)
    {
        var ids = await store.GuardAsync(
            database => database.SortedSetRangeByScoreAsync(RedisSigningKeyStore.WithdrawnKey, asOf.ToUnixTimeMilliseconds()), cancellationToken);
        return [.. ids.Select(id => (string)id!)];
    }

    private async Task<FeedSlice> ReadSnapshotAsync(string current, long[] heads, DateTimeOffset asOf, CancellationToken cancellationToken)
    {
        // Heads were read before the sets: what comes in between is told twice, never not at all.
        // Our clock may be ahead of the verifiers' by as much as of the store's.
        var from = (asOf - store.Options.ClockBound).ToUnixTimeMilliseconds();
        var sets = await store.GuardAsync(
            database => Task.WhenAll(Enumerable.Range(0, Buckets.Count).Select(
                bucket => database.SortedSetRangeByScoreAsync(BucketKeys.Of(bucket).Revoked, from))),
            cancellationToken);
        var events = sets.SelectMany(set => set).Select(entry => ReadEvent((string)entry!)).ToList();
        return new FeedSlice(new FeedCursor(current, heads), asOf, events, await fences.ReadNoticesAsync(cancellationToken), Reset: true)
        {
            WithdrawnKeyIds = await ReadWithdrawnAsync(asOf, cancellationToken),
        };
    }

    private static RevocationEvent ReadEvent(string text)
    {
        var parts = text.Split(' ');
        return new RevocationEvent(
            LeaseId.Parse(parts[0]),
            Instant.Read(long.Parse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture)),
            (EndReason)int.Parse(parts[2], NumberStyles.None, CultureInfo.InvariantCulture),
            parts[3] == "-" ? null : parts[3]);
    }
}
