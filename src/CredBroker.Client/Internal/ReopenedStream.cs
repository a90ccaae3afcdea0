using Grpc.Core;

namespace CredBroker.Client.Internal;

/// <summary>A stream that is opened anew when it breaks or ends, because what it tells of goes on all the same.</summary>
/// <param name="calls">The connection.</param>
/// <param name="open">Opens it.</param>
internal sealed class ReopenedStream<TReply>(OperatorCalls calls, Func<CancellationToken, Task<AsyncServerStreamingCall<TReply>>> open) : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);
    /// <summary>What has been open for so long was not refused: an outage begins with its end, however long nothing was told before.</summary>
    private static readonly TimeSpan Held = TimeSpan.FromSeconds(10);

    private static readonly TimeSpan PauseAfterEnd = TimeSpan.FromSeconds(1);

    private readonly TimeProvider _time = calls.Connection.Time;
    private AsyncServerStreamingCall<TReply>? _stream;
    private long _lastHeard = calls.Connection.Time.GetTimestamp();
    private long? _openSince;
    private int _attempt;

    /// <summary>The next thing that the broker tells.</summary>
    /// <exception cref="BrokerRefusedException">The broker will not tell.</exception>
    /// <exception cref="BrokerUnavailableException">No broker could be reached for two minutes.</exception>
    public async Task<TReply> NextAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            var pause = PauseAfterEnd;
            try
            {
                _stream ??= await open(cancellationToken);
                _openSince ??= _time.GetTimestamp();
                if (await _stream.ResponseStream.MoveNext(cancellationToken))
                {
                    (_lastHeard, _attempt) = (_time.GetTimestamp(), 0);
                    return _stream.ResponseStream.Current;
                }
            }
            catch (RpcException e) when (!RpcFailures.IsBrokenStream(e) || IsOverdue())
            {
                throw RpcFailures.Translate(e);
            }
            catch (RpcException)
            {
                pause = RpcFailures.Backoff(++_attempt);
            }
            catch (OperationCanceledException e) when (!cancellationToken.IsCancellationRequested)
            {
                // So the library puts it where the connection is lost while a message is waited for.
                if (IsOverdue()) throw new BrokerUnavailableException("The broker cannot be reached.", e);
                pause = RpcFailures.Backoff(++_attempt);
            }
            Close();
            await Task.Delay(pause, _time, cancellationToken);
        }
    }

    public ValueTask DisposeAsync()
    {
        Close();
        return ValueTask.CompletedTask;
    }

    private bool IsOverdue()
    {
        if (_openSince is { } since && _time.GetElapsedTime(since) > Held) _lastHeard = _time.GetTimestamp();
        return _time.GetElapsedTime(_lastHeard) > Patience;
    }

    private void Close()
    {
        _openSince = null;
        _stream?.Dispose();
        _stream = null;
    }
}
