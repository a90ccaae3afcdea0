using System.Collections.Concurrent;
using System.Net;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.Options;

namespace CredBroker.Server.Hosting.Connections;

/// <summary>
/// Sockets as Kestrel makes them, whose connections are counted before anything is read from them, and which can stop listening before
/// the server stops: callers that are sent elsewhere must not come back.
/// </summary>
internal sealed class CountedListeners(OpenConnections connections, IOptions<SocketTransportOptions> options, ILoggerFactory loggers)
    : IConnectionListenerFactory, IConnectionListenerFactorySelector
{
    private readonly SocketTransportFactory _sockets = new(options, loggers);
    private readonly ConcurrentBag<Listener> _listeners = [];

    public bool CanBind(EndPoint endpoint) => _sockets.CanBind(endpoint);

    public async ValueTask<IConnectionListener> BindAsync(EndPoint endpoint, CancellationToken cancellationToken = default)
    {
        var listener = new Listener(await _sockets.BindAsync(endpoint, cancellationToken), connections);
        _listeners.Add(listener);
        return listener;
    }

    /// <summary>No more connections are taken; those that are open stay.</summary>
    public async Task CloseAsync(CancellationToken cancellationToken)
    {
        foreach (var listener in _listeners) await listener.UnbindAsync(cancellationToken);
    }

    private sealed class Listener(IConnectionListener inner, OpenConnections connections) : IConnectionListener
    {
        private int _isUnbound;

        public EndPoint EndPoint => inner.EndPoint;

        public async ValueTask<ConnectionContext?> AcceptAsync(CancellationToken cancellationToken = default)
        {
            while (await inner.AcceptAsync(cancellationToken) is { } connection)
            {
                if (connections.TryOpen(connection) is { } open) return Admit(connection, open);
                connection.Abort();
                await connection.DisposeAsync();
            }

            return null;
        }

        public ValueTask UnbindAsync(CancellationToken cancellationToken = default) =>
            Interlocked.Exchange(ref _isUnbound, 1) == 0 ? inner.UnbindAsync(cancellationToken) : ValueTask.CompletedTask;

        public ValueTask DisposeAsync() => inner.DisposeAsync();

        private ConnectionContext Admit(ConnectionContext connection, OpenConnection open)
        {
            connection.Features.Set(open);
            connection.ConnectionClosed.Register(() => connections.Close(open));
            return connection;
        }
    }
}
