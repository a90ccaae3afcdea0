namespace CredBroker.Server.Hosting.Tls;

/// <summary>Looks at the files of the TLS certificate from time to time, so that it can be renewed without a restart.</summary>
internal sealed class TlsCertificateWorker(TlsCertificates certificates, TimeProvider time, ILogger<TlsCertificateWorker> logger) : RepeatingWorker(time, logger)
{
    private readonly TimeProvider _time = time;
    private readonly ILogger _logger = logger;

    protected override TimeSpan Pause => TimeSpan.FromSeconds(2);

    protected override Task TurnAsync(CancellationToken cancellationToken)
    {
        certificates.Refresh(_time.GetUtcNow(), _logger);
        return Task.CompletedTask;
    }
}
