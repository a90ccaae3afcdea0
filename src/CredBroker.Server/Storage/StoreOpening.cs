namespace CredBroker.Server.Storage;

/// <summary>Opens the store before anything listens.</summary>
internal sealed class StoreOpening(StoreConnection connection) : IHostedLifecycleService
{
    public Task StartingAsync(CancellationToken cancellationToken) => connection.OpenAsync(cancellationToken);

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
