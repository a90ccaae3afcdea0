using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using CredBroker.Client.Evidence;

namespace CredBroker.Client.Internal;

/// <summary>How connections to the broker are made.</summary>
internal static class BrokerTransport
{
    private static readonly TimeSpan ConnectTimeout = TimeSpan.FromSeconds(5);

    // A certificate that is rotated must not be shown by an old connection for long.
    private static readonly TimeSpan LifeWithCertificate = TimeSpan.FromMinutes(1);

    /// <exception cref="ArgumentException">The authority's file cannot be read.</exception>
    public static SocketsHttpHandler Create(CredBrokerOptions options, IEvidenceSource evidence)
    {
        var handler = new SocketsHttpHandler
        {
            ConnectTimeout = ConnectTimeout,
            EnableMultipleHttp2Connections = true,
            KeepAlivePingDelay = TimeSpan.FromSeconds(30),
            KeepAlivePingTimeout = TimeSpan.FromSeconds(10),
            PooledConnectionIdleTimeout = Timeout.InfiniteTimeSpan,
        };
        if (options.CaFile is { } file) handler.SslOptions.CertificateChainPolicy = TrustOnly(file);
        if (evidence is IConnectionCertificateSource source) ShowCertificateOf(source, handler);
        return handler;
    }

    private static X509ChainPolicy TrustOnly(string file)
    {
        var policy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
        try
        {
            policy.CustomTrustStore.ImportFromPemFile(file);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or CryptographicException)
        {
            throw new ArgumentException($"CredBroker:CaFile cannot be read: {e.GetType().Name}.", nameof(file));
        }

        return policy;
    }

    private static void ShowCertificateOf(IConnectionCertificateSource source, SocketsHttpHandler handler)
    {
        // The choice below cannot wait for a source, so it is asked before.
        X509Certificate2? newest = null;
        handler.PooledConnectionLifetime = LifeWithCertificate;
        handler.ConnectCallback = async (context, cancellationToken) =>
        {
            Volatile.Write(ref newest, await source.GetCertificateAsync(cancellationToken));
            return await ConnectAsync(context, cancellationToken);
        };
        handler.SslOptions.LocalCertificateSelectionCallback = (_, _, _, _, _) => Volatile.Read(ref newest)!;
    }

    private static async ValueTask<Stream> ConnectAsync(SocketsHttpConnectionContext context, CancellationToken cancellationToken)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(context.DnsEndPoint, cancellationToken);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}
