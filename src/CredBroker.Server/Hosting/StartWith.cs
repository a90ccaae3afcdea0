namespace CredBroker.Server.Hosting;

/// <summary>Makes a service before the server listens, so that what it finds wrong stops the start and not the first request.</summary>
internal sealed class StartWith<TService>(IServiceProvider services) : IHostedLifecycleService
    where TService : notnull
{
    public Task StartingAsync(CancellationToken cancellationToken)
    {
        services.GetRequiredService<TService>();
        return Task.CompletedTask;
    }

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
