using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using KestrelListenOptions = Microsoft.AspNetCore.Server.Kestrel.Core.ListenOptions;

namespace CredBroker.Server.Hosting;

/// <summary>
/// One address. Where any free port will do it is taken at once and kept, so that what the server says about itself can name
/// it and nobody else can take it before the server listens.
/// </summary>
internal sealed class Listener : IDisposable
{
    private readonly Socket? _kept;

    public Listener(IPEndPoint endPoint)
    {
        EndPoint = endPoint;
        if (endPoint.Port != 0) return;
        _kept = new Socket(endPoint.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        _kept.Bind(endPoint);
        EndPoint = (IPEndPoint)_kept.LocalEndPoint!;
    }

    /// <summary>The address, with its real port.</summary>
    public IPEndPoint EndPoint { get; }

    public void Dispose() => _kept?.Dispose();

    public void Configure(KestrelServerOptions kestrel, Action<KestrelListenOptions> configure)
    {
        if (_kept is null) kestrel.Listen(EndPoint, configure);
        else kestrel.ListenHandle(Convert.ToUInt64(_kept.Handle.ToInt64(), CultureInfo.InvariantCulture), configure);
    }
}
