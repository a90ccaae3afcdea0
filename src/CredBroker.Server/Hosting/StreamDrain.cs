namespace CredBroker.Server.Hosting;

/// <summary>The streams that last as long as their callers wish: each of them ends when the broker stops.</summary>
internal sealed class StreamDrain(TimeProvider time) : IDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private volatile bool _isAwaited;
    private int _open;

    /// <summary>Begins a stream; the caller disposes of it when the stream has ended.</summary>
    /// <param name="others">What else ends it.</param>
    public OpenStream Enter(params ReadOnlySpan<CancellationToken> others)
    {
        Interlocked.Increment(ref _open);
        return new OpenStream(this, CancellationTokenSource.CreateLinkedTokenSource([_stop.Token, .. others]));
    }

    /// <summary>Ends all of them, and each that is begun from now on, and waits until they have ended. Returns how many there were.</summary>
    /// <exception cref="TimeoutException">Some have not, within the patience.</exception>
    public async Task<int> EndAsync(TimeSpan patience, CancellationToken cancellationToken)
    {
        _isAwaited = true;
        var open = Volatile.Read(ref _open);
        await _stop.CancelAsync();
        if (open > 0) await _ended.Task.WaitAsync(patience, time, cancellationToken);
        return open;
    }

    /// <inheritdoc/>
    public void Dispose() => _stop.Dispose();

    private void Leave()
    {
        if (Interlocked.Decrement(ref _open) == 0 && _isAwaited) _ended.TrySetResult();
    }

    /// <summary>A stream that is open.</summary>
    internal sealed class OpenStream(StreamDrain drain, CancellationTokenSource end) : IDisposable
    {
        /// <summary>Cancelled when the stream is to end: the broker stops, or another of its reasons has come.</summary>
        public CancellationToken End => end.Token;

        public void Dispose()
        {
            end.Dispose();
            drain.Leave();
        }
    }
}
