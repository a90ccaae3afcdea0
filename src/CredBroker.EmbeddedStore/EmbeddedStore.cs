using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace CredBroker.EmbeddedStore;

/// <summary>
/// A durable store inside this process that speaks the Redis protocol, for use on one machine without a Redis server.
/// It listens on a Unix socket that only the current user can reach, never on TCP. Commands of all connections run one after
/// the other, a script is all or nothing even when the process is killed, and a reply is sent only after everything it depends
/// on is in the log. A killed process loses nothing that was acknowledged; a power failure may lose what the operating system
/// had not yet written.
/// </summary>
public sealed class EmbeddedStore : IAsyncDisposable
{
    private readonly FolderLock _folder;
    private readonly SocketPath _socket;
    private readonly GarnetHost _host;
    private int _disposed;

    private EmbeddedStore(FolderLock folder, SocketPath socket, GarnetHost host)
    {
        _folder = folder;
        _socket = socket;
        _host = host;
        EndPoint = new UnixDomainSocketEndPoint(socket.Path);
    }

    /// <summary>Where to connect, for StackExchange.Redis or any other client that can use Unix sockets. Changes with each start.</summary>
    public EndPoint EndPoint { get; }

    /// <summary>Opens the store of a folder, creates it where there is none, and recovers what was acknowledged.</summary>
    /// <param name="dataFolder">The store's own folder. It is made readable by the current user alone.</param>
    /// <param name="settings">Sizes; null for the defaults.</param>
    /// <param name="loggers">Gets the store's warnings and errors; null for silence.</param>
    /// <param name="cancellationToken">Gives up waiting; the start itself cannot be interrupted and is undone when it ends.</param>
    /// <exception cref="EmbeddedStoreException">The folder is in use, cannot be written, or cannot be recovered; the message says what to do.</exception>
    public static async Task<EmbeddedStore> StartAsync(
        string dataFolder, EmbeddedStoreSettings? settings = null, ILoggerFactory? loggers = null, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(dataFolder);
        cancellationToken.ThrowIfCancellationRequested();
        var start = Task.Run(() => Start(Path.GetFullPath(dataFolder), settings ?? new EmbeddedStoreSettings(), loggers), CancellationToken.None);
        try
        {
            return await start.WaitAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            await DisposeOnceStartedAsync(start).ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>Puts what is pending into the log and closes the store. Connections end.</summary>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, 1) != 0) return;
        try
        {
            await Task.Run(_host.CloseAsync).ConfigureAwait(false);
        }
        finally
        {
            _socket.Dispose();
            _folder.Dispose();
        }
    }

    /// <summary>Writes a checkpoint now and drops the log before it, as it happens by itself once the log has grown.</summary>
    internal Task CheckpointAsync(CancellationToken cancellationToken) => _host.CheckpointAsync(cancellationToken);

    private static EmbeddedStore Start(string dataFolder, EmbeddedStoreSettings settings, ILoggerFactory? loggers)
    {
        var folder = FolderLock.Take(dataFolder);
        SocketPath? socket = null;
        try
        {
            socket = SocketPath.Choose(dataFolder);
            var host = GarnetHost.Start(dataFolder, socket.Path, settings, new QuietLoggers(loggers ?? NullLoggerFactory.Instance));
            return new EmbeddedStore(folder, socket, host);
        }
        catch (Exception e) when (e is not EmbeddedStoreException)
        {
            socket?.Dispose();
            folder.Dispose();
            throw new EmbeddedStoreException($"The embedded store in '{dataFolder}' cannot be started: {e.Message}", e);
        }
        catch
        {
            socket?.Dispose();
            folder.Dispose();
            throw;
        }
    }

    private static async Task DisposeOnceStartedAsync(Task<EmbeddedStore> start)
    {
        try
        {
            await (await start.ConfigureAwait(false)).DisposeAsync().ConfigureAwait(false);
        }
        catch (EmbeddedStoreException)
        {
            // The caller has given up; there is nothing to undo.
        }
    }
}
