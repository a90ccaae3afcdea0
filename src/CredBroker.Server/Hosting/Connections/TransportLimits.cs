using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;

namespace CredBroker.Server.Hosting.Connections;

/// <summary>What one connection may ask of the server before a request of it is looked at, and how slow it may be.</summary>
internal static class TransportLimits
{
    // Evidence travels in messages. In headers there is a token, a proof of possession and what tracing adds.
    private const int HeaderBytes = 32 * 1024;
    private const int HeaderCount = 64;
    private const int BufferBytes = 64 * 1024;
    private const double LeastSentPerSecond = 240;

    // What was taken off the broker's hands counts as read at this rate, so what two buffers hold takes some 20 seconds.
    private const double LeastReadPerSecond = 8 * 1024;

    private static readonly TimeSpan HeaderPatience = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan RatePatience = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan IdlePatience = TimeSpan.FromMinutes(2);
    private static readonly TimeSpan PingAfter = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan PingPatience = TimeSpan.FromSeconds(20);

    public static void Apply(KestrelServerLimits limits, int bodyBytes, int streamsPerConnection)
    {
        limits.MaxRequestBodySize = bodyBytes;
        limits.MaxRequestHeadersTotalSize = HeaderBytes;
        limits.MaxRequestHeaderCount = HeaderCount;
        limits.RequestHeadersTimeout = HeaderPatience;
        limits.KeepAliveTimeout = IdlePatience;
        // What a caller does not take in is held for him up to here, and then his stream waits, and no other.
        limits.MaxResponseBufferSize = BufferBytes;
        limits.MaxRequestBufferSize = BufferBytes * 2;
        limits.MinRequestBodyDataRate = new MinDataRate(LeastSentPerSecond, RatePatience);
        limits.MinResponseDataRate = new MinDataRate(LeastReadPerSecond, RatePatience);
        limits.Http2.MaxStreamsPerConnection = streamsPerConnection;
        limits.Http2.MaxRequestHeaderFieldSize = HeaderBytes;
        limits.Http2.InitialStreamWindowSize = BufferBytes * 2;
        limits.Http2.InitialConnectionWindowSize = BufferBytes * 4;
        // A connection whose other end is gone without a word is found by this.
        limits.Http2.KeepAlivePingDelay = PingAfter;
        limits.Http2.KeepAlivePingTimeout = PingPatience;
    }

    /// <summary>
    /// What a caller does not read waits in the kernel too, by itself up to megabytes a connection; connections inherit this bound.
    /// </summary>
    public static Socket BoundListener(EndPoint endpoint)
    {
        var listener = SocketTransportOptions.CreateDefaultBoundListenSocket(endpoint);
        listener.SendBufferSize = BufferBytes;
        return listener;
    }
}
