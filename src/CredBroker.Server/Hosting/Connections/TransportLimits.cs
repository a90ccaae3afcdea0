using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace CredBroker.Server.Hosting.Connections;

/// <summary>What one connection may ask of the server before a request of it is looked at, and how slow it may be.</summary>
internal static class TransportLimits
{
    // Evidence travels in messages. In headers there is a token, a proof of possession and what tracing adds.
    private const int HeaderBytes = 32 * 1024;
    private const int HeaderCount = 64;
    private const int BufferBytes = 64 * 1024;
    private const double LeastBytesPerSecond = 240;

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
        limits.MinRequestBodyDataRate = new MinDataRate(LeastBytesPerSecond, RatePatience);
        limits.MinResponseDataRate = new MinDataRate(LeastBytesPerSecond, RatePatience);
        limits.Http2.MaxStreamsPerConnection = streamsPerConnection;
        limits.Http2.MaxRequestHeaderFieldSize = HeaderBytes;
        limits.Http2.InitialStreamWindowSize = BufferBytes * 2;
        limits.Http2.InitialConnectionWindowSize = BufferBytes * 4;
        // A connection whose other end is gone without a word is found by this.
        limits.Http2.KeepAlivePingDelay = PingAfter;
        limits.Http2.KeepAlivePingTimeout = PingPatience;
    }
}
