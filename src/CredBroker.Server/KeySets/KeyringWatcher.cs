namespace CredBroker.Server.KeySets;

/// <summary>Looks at every keyring at start and once a second after that. A read over a network that hangs holds up no other.</summary>
internal sealed class KeyringWatcher(Keyrings keyrings, TimeProvider time) : IHostedService, IDisposable
{
    public static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    private ITimer? _timer;
    private int _busy;

    public Task StartAsync(CancellationToken cancellationToken)
    {
        Look();
        _timer = time.CreateTimer(_ => Look(), null, Interval, Interval);
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken)
    {
        Dispose();
        return Task.CompletedTask;
    }

    public void Dispose() => _timer?.Dispose();

    // A disk that hangs must not pile up timer callbacks.
    private void Look()
    {
        if (Interlocked.Exchange(ref _busy, 1) == 1) return;
        try
        {
            foreach (var keyring in keyrings.All) keyring.RefreshWhenDue();
        }
        finally
        {
            Volatile.Write(ref _busy, 0);
        }
    }
}
