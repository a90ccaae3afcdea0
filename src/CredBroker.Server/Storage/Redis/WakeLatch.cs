using StackExchange.Redis;

namespace CredBroker.Server.Storage.Redis;

/// <summary>Lets one reader sleep until it is woken. Being woken while awake counts once, for the next sleep.</summary>
internal sealed class WakeLatch(TimeProvider time) : IDisposable
{
    private readonly SemaphoreSlim _wake = new(0, 1);
    private int _listening;

    public void Wake()
    {
        try
        {
            if (_wake.CurrentCount == 0) _wake.Release();
        }
        catch (SemaphoreFullException)
        {
            // Somebody else woke the reader in the same instant.
        }
        catch (ObjectDisposedException)
        {
            // The broker is stopping.
        }
    }

    /// <summary>Listens where it does not yet. A store that is away now is tried again the next time; the poll does without.</summary>
    public async Task ListenAsync(Func<Action, Task> subscribe)
    {
        if (Interlocked.Exchange(ref _listening, 1) == 1) return;
        try
        {
            await subscribe(Wake);
        }
        catch (Exception exception) when (exception is RedisException or RedisTimeoutException or RedisCommandException)
        {
            Volatile.Write(ref _listening, 0);
        }
    }

    /// <summary>Completes when woken, or after <paramref name="atMost"/>: the poll behind a lost wake-up.</summary>
    public async Task WaitAsync(TimeSpan atMost, CancellationToken cancellationToken)
    {
        using var limit = new CancellationTokenSource(atMost, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        try
        {
            await _wake.WaitAsync(either.Token);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            // Nobody woke it.
        }
    }

    public void Dispose() => _wake.Dispose();
}
