namespace CredBroker.Server.Attestation.SpiffeJwt;

/// <summary>Reads every bundle at start and once a second after that.</summary>
internal sealed partial class TrustBundleWatcher(TrustDomainKeyrings keyrings, TimeProvider time, ILogger<TrustBundleWatcher> logger) : IHostedService, IDisposable
{
    public static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    private ITimer? _timer;
    private int _busy;

    public Task StartAsync(CancellationToken cancellationToken)
    {
        if (keyrings.All.Count == 0) LogNobody();
        RefreshAll();
        _timer = time.CreateTimer(_ => RefreshAll(), null, Interval, Interval);
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken)
    {
        Dispose();
        return Task.CompletedTask;
    }

    public void Dispose() => _timer?.Dispose();

    // A disk that hangs must not pile up timer callbacks.
    private void RefreshAll()
    {
        if (Interlocked.Exchange(ref _busy, 1) == 1) return;
        try
        {
            foreach (var keyring in keyrings.All) keyring.Refresh();
        }
        finally
        {
            Volatile.Write(ref _busy, 0);
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Attestation:SpiffeJwt names no trust domain: no JWT-SVID will be accepted.")]
    private partial void LogNobody();
}
