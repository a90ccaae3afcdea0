using System.Net;
using CredBroker.Server.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using ListenOptions = CredBroker.Server.Hosting.ListenOptions;

namespace CredBroker.Server.Telemetry;

/// <summary>The listener for Prometheus. Its connections are marked, so that nothing else of the broker is to be had over them, and the metrics over no other.</summary>
internal sealed class MetricsListener(string address) : IDisposable
{
    private readonly Listener _listener = new(ListenOptions.Read(address));

    /// <summary>The address, with its real port.</summary>
    public IPEndPoint EndPoint => _listener.EndPoint;

    /// <summary>Whether a request came over it.</summary>
    public static bool IsOf(HttpContext context) => context.Features.Get<Mark>() is not null;

    public void Configure(KestrelServerOptions kestrel) => _listener.Configure(kestrel, listen =>
    {
        listen.Protocols = HttpProtocols.Http1;
        listen.Use(next => connection =>
        {
            connection.Features.Set(Mark.Instance);
            return next(connection);
        });
    });

    public void Dispose() => _listener.Dispose();

    private sealed class Mark
    {
        public static readonly Mark Instance = new();
    }
}
