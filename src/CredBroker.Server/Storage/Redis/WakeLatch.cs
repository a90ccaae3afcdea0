namespace CredBroker.Server.Storage.Redis;

/// <summary>Lets one reader sleep until it is woken. Being woken while awake counts once, for the next sleep.</summary>
internal sealed class WakeLatch(TimeProvider time) : IDisposable
{
    private readonly SemaphoreSlim _wake = new(0, 1);

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
