using Microsoft.AspNetCore.Hosting.Server;

namespace CredBroker.Server.Hosting;

/// <summary>
/// Stops what callers see before anything else stops: the streams, then the web server, which lets requests that run come to their end. Both
/// within limits, so that callers who stay leave the workers and the audit trail their time.
/// </summary>
internal sealed partial class GracefulStop(StreamDrain streams, IServer server, TimeProvider time, ILogger<GracefulStop> logger) : IHostedLifecycleService
{
    /// <summary>How long a stop may take in all; below the 30 s after which Kubernetes kills.</summary>
    public static readonly TimeSpan WholePatience = TimeSpan.FromSeconds(25);

    private static readonly TimeSpan StreamPatience = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan RequestPatience = TimeSpan.FromSeconds(8);

    // Kestrel clears ended HTTP/2 streams away each second, and no more once it stops: a stream that ends in that moment holds its connection.
    private static readonly TimeSpan Clearing = TimeSpan.FromSeconds(1.2);

    public Task StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public async Task StoppingAsync(CancellationToken cancellationToken)
    {
        try
        {
            if (await streams.EndAsync(StreamPatience, cancellationToken) > 0) await Task.Delay(Clearing, time, cancellationToken);
        }
        catch (TimeoutException)
        {
            LogStreamsLeft(logger);
        }

        using var limit = new CancellationTokenSource(RequestPatience, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        await server.StopAsync(either.Token);
        if (limit.IsCancellationRequested) LogCut(logger);
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    [LoggerMessage(Level = LogLevel.Warning, Message = "Streams have not ended in time; the stop goes on without them")]
    private static partial void LogStreamsLeft(ILogger logger);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Connections that were still open have been cut")]
    private static partial void LogCut(ILogger logger);
}
