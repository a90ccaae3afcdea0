using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using CredBroker.Client.Evidence;

namespace CredBroker.Client.Internal;

/// <summary>How connections to the broker are made.</summary>
internal static class BrokerTransport
{
    /// <exception cref="ArgumentException">The authority's file cannot be read.</exception>
    public static HttpMessageHandler Create(CredBrokerOptions options, IEvidenceSource evidence, TimeProvider time)
    {
        var authority = options.CaFile is { } file ? TrustOnly(file) : null;
        return evidence is IConnectionCertificateSource source
            ? new CertificateHandler(source, certificate => Connections(authority, certificate), time)
            : Connections(authority, certificate: null);
    }

    private static SocketsHttpHandler Connections(X509ChainPolicy? authority, X509Certificate2? certificate)
    {
        var handler = new SocketsHttpHandler
        {
            ConnectTimeout = TimeSpan.FromSeconds(5),
            EnableMultipleHttp2Connections = true,
            KeepAlivePingDelay = TimeSpan.FromSeconds(30),
            KeepAlivePingTimeout = TimeSpan.FromSeconds(10),
            PooledConnectionIdleTimeout = Timeout.InfiniteTimeSpan,
        };
        handler.SslOptions.CertificateChainPolicy = authority;
        // Offline: nobody is asked for issuers of our own certificate, which may take longer than connecting may.
        if (certificate is not null) handler.SslOptions.ClientCertificateContext = SslStreamCertificateContext.Create(certificate, null, offline: true);
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
}
