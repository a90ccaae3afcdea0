using System.Threading.Channels;
using Microsoft.Extensions.Logging;
using Tsavorite.core;

namespace CredBroker.EmbeddedStore;

/// <summary>
/// Commits the log between commands, never within one, so that recovery finds whole scripts; one commit serves every connection that
/// waits by then. No thread of the pool blocks on it: Garnet's network threads and the commit's own continuation share that pool.
/// </summary>
internal sealed partial class GroupCommit
{
    private readonly Channel<HeldReply> _waiting = Channel.CreateUnbounded<HeldReply>(new UnboundedChannelOptions { SingleReader = true });
    private readonly TsavoriteLog _log;
    private readonly AcknowledgedTail _acknowledged;
    private readonly ILogger _logger;
    private readonly Task _loop;

    public GroupCommit(TsavoriteLog log, AcknowledgedTail acknowledged, ILogger logger)
    {
        _log = log;
        _acknowledged = acknowledged;
        _logger = logger;
        _loop = Task.Run(RunAsync);
    }

    /// <summary>Held by the connection whose commands are running.</summary>
    public Lock Turn { get; } = new();

    /// <summary>Where the log ends now.</summary>
    public long Tail => _log.TailAddress;

    /// <summary>Whether the log up to the address would survive the process.</summary>
    public bool Covers(long address) => _log.CommittedUntilAddress >= address;

    /// <summary>Sends the reply after the next commit, in the order of the calls.</summary>
    public void Enqueue(HeldReply reply) => _waiting.Writer.TryWrite(reply);

    /// <summary>Commits what there is and ends.</summary>
    public async Task CompleteAsync()
    {
        _waiting.Writer.TryComplete();
        await _loop.ConfigureAwait(false);
        await CommitAsync().ConfigureAwait(false);
        _acknowledged.Dispose();
    }

    private async Task RunAsync()
    {
        var batch = new List<HeldReply>();
        while (await _waiting.Reader.WaitToReadAsync().ConfigureAwait(false))
        {
            while (_waiting.Reader.TryRead(out var reply)) batch.Add(reply);
            var committed = await TryCommitAsync().ConfigureAwait(false);
            foreach (var reply in batch)
            {
                if (committed) reply.Send();
                else reply.Abort();
            }

            batch.Clear();
        }
    }

    private async Task<bool> TryCommitAsync()
    {
        try
        {
            await CommitAsync().ConfigureAwait(false);
            return true;
        }
        catch (Exception e) when (e is TsavoriteException or IOException or ObjectDisposedException)
        {
            // No reply: the client must not take for kept what is not. It sees its connection end.
            LogCommitFailed(_logger, e);
            return false;
        }
    }

    private async Task CommitAsync()
    {
        ValueTask commit;
        long tail;
        // The commit's place in the log is fixed when the call returns; only the writing goes on outside the turn.
        lock (Turn)
        {
            tail = _log.TailAddress;
            commit = _log.CommitAsync();
        }

        await commit.ConfigureAwait(false);
        _acknowledged.MoveTo(tail);
    }

    [LoggerMessage(1, LogLevel.Error, "The embedded store could not write its log; what was being stored is refused")]
    private static partial void LogCommitFailed(ILogger logger, Exception exception);
}
