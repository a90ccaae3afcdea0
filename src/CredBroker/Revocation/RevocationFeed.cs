using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using System.Threading.Channels;
using Microsoft.Extensions.Logging;

namespace CredBroker.Revocation;

/// <summary>
/// Reads the store's revocation log once for this broker and fans it out. A watcher that falls behind reads the log
/// itself from where it was; nobody waits for it.
/// </summary>
public sealed partial class RevocationFeed(IRevocationLog log, TimeProvider time, ILogger<RevocationFeed> logger, FeedMetrics? metrics = null)
{
    private const int MaxBehind = 256;
    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan Pulse = TimeSpan.FromSeconds(1);
    private readonly ConcurrentDictionary<Channel<FeedSlice>, byte> _watchers = new();

    /// <summary>Follows the log until it is cancelled. While the store does not answer, watchers hear nothing, and so know that they know nothing.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        FeedCursor? position = null;
        var spoke = DateTimeOffset.MinValue;
        while (!cancellationToken.IsCancellationRequested)
        {
            try
            {
                var slice = await log.ReadAsync(position, cancellationToken);
                position = slice.Cursor;
                metrics?.Read(slice.AsOf);
                if (!slice.IsPulse || slice.AsOf - spoke >= Pulse)
                {
                    spoke = slice.AsOf;
                    Publish(slice);
                }

                await log.WaitAsync(Poll, cancellationToken);
            }
            catch (RefusedException exception)
            {
                LogStoreAway(logger, exception);
                await Task.Delay(Pulse, time, cancellationToken);
            }
        }
    }

    /// <summary>What has been revoked since a position, then everything as it comes. Slices may repeat what was told before.</summary>
    public async IAsyncEnumerable<FeedSlice> WatchAsync(FeedCursor? since, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var place = new Place(metrics);
        var cursor = since;
        while (true)
        {
            // Listening begins before reading, so nothing falls between the two.
            var channel = Channel.CreateBounded<FeedSlice>(new BoundedChannelOptions(MaxBehind) { SingleReader = true });
            _watchers.TryAdd(channel, 0);
            try
            {
                var first = await log.ReadAsync(cursor, cancellationToken);
                cursor = first.Cursor;
                yield return first;
                await foreach (var slice in channel.Reader.ReadAllAsync(cancellationToken))
                {
                    cursor = slice.Cursor;
                    yield return slice;
                }
            }
            finally
            {
                _watchers.TryRemove(channel, out _);
            }
        }
    }

    private void Publish(FeedSlice slice)
    {
        foreach (var watcher in _watchers.Keys)
            if (!watcher.Writer.TryWrite(slice) && watcher.Writer.TryComplete()) metrics?.Overtook();
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "The revocation feed cannot read the store")]
    private static partial void LogStoreAway(ILogger logger, Exception exception);

    /// <summary>That of one watcher, from the first slice to the last.</summary>
    private sealed class Place : IDisposable
    {
        private readonly FeedMetrics? _metrics;

        public Place(FeedMetrics? metrics)
        {
            _metrics = metrics;
            metrics?.Joined();
        }

        public void Dispose() => _metrics?.Left();
    }
}
