using CredBroker.Templates;

namespace CredBroker.Server.Templates;

/// <summary>
/// Loads the catalogue before any other service of the host starts, and follows its folder from then on. A bad first set
/// stops the start.
/// </summary>
internal sealed class CatalogueWorker(CatalogueReloader reloader) : BackgroundService, IHostedLifecycleService
{
    public Task StartingAsync(CancellationToken cancellationToken)
    {
        reloader.LoadInitial();
        return Task.CompletedTask;
    }

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    // A look reads files; the host's start does not wait for that.
    protected override Task ExecuteAsync(CancellationToken stoppingToken) => Task.Run(() => reloader.RunAsync(stoppingToken), stoppingToken);
}
