using CredBroker.Server.Hosting.Connections;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.Extensions.Options;

namespace CredBroker.Server.Hosting;

/// <summary>
/// Stops what callers see before anything else stops. The broker says that it is not ready and goes on for a while, so that those who send
/// callers to it hear of that; then it takes no more connections, ends the streams, sends callers elsewhere, and lets requests that run come
/// to their end. All within limits, so that callers who stay leave the workers and the audit trail their time.
/// </summary>
internal sealed partial class GracefulStop(
    StreamDrain streams, OpenConnections connections, CountedListeners listeners, IServer server, IOptions<ListenOptions> options, TimeProvider time,
    ILogger<GracefulStop> logger) : IHostedLifecycleService
{
    /// <summary>How long a stop may take in all besides <see cref="ListenOptions.DrainDelay"/>; with that below the 30 s after which Kubernetes kills.</summary>
    public static readonly TimeSpan WholePatience = TimeSpan.FromSeconds(22);

    private static readonly TimeSpan StreamPatience = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan RequestPatience = TimeSpan.FromSeconds(8);
    private static readonly TimeSpan ConnectionPatience = TimeSpan.FromSeconds(3);

    // Who has not called for so long is not about to call in the very moment in which the connection is closed.
    private static readonly TimeSpan InUse = TimeSpan.FromSeconds(0.5);
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(25);

    // Kestrel clears ended HTTP/2 streams away each second, and no more once it stops: a stream that ends in that moment holds its connection.
    private static readonly TimeSpan Clearing = TimeSpan.FromSeconds(1.2);

    public Task StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public async Task StoppingAsync(CancellationToken cancellationToken)
    {
        if (options.Value.DrainDelay > TimeSpan.Zero) await Task.Delay(options.Value.DrainDelay, time, cancellationToken);
        await listeners.CloseAsync(cancellationToken);
        connections.BeginClosing();
        await EndStreamsAsync(cancellationToken);
        await UntilUnusedAsync(cancellationToken);
        connections.AbortUnused();
        using var limit = new CancellationTokenSource(RequestPatience, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        await server.StopAsync(either.Token);
        if (limit.IsCancellationRequested) LogCut(logger);
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    private async Task EndStreamsAsync(CancellationToken cancellationToken)
    {
        try
        {
            if (await streams.EndAsync(StreamPatience, cancellationToken) > 0) await Task.Delay(Clearing, time, cancellationToken);
        }
        catch (TimeoutException)
        {
            LogStreamsLeft(logger);
        }
    }

    /// <summary>Waits until every connection by which requests come has been closed by one of them.</summary>
    private async Task UntilUnusedAsync(CancellationToken cancellationToken)
    {
        var begun = time.GetTimestamp();
        while (connections.AreInUse(InUse) && time.GetElapsedTime(begun) < ConnectionPatience) await Task.Delay(Look, time, cancellationToken);
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Streams have not ended in time; the stop goes on without them")]
    private static partial void LogStreamsLeft(ILogger logger);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Connections that were still open have been cut")]
    private static partial void LogCut(ILogger logger);
}
