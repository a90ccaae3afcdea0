using CredBroker.Policy.Cedar;

namespace CredBroker.Server.Policy;

/// <summary>
/// Loads the policies before the server listens, and follows their folder from then on. A bad first set stops the start.
/// </summary>
internal sealed class PolicyWorker(PolicyReloader reloader) : BackgroundService, IHostedLifecycleService
{
    public Task StartingAsync(CancellationToken cancellationToken) => Task.Run(reloader.LoadInitial, cancellationToken);

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    // A look reads files; the host's start does not wait for that.
    protected override Task ExecuteAsync(CancellationToken stoppingToken) => Task.Run(() => reloader.RunAsync(stoppingToken), stoppingToken);
}
