using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using KestrelListenOptions = Microsoft.AspNetCore.Server.Kestrel.Core.ListenOptions;

namespace CredBroker.Server.Hosting.Tls;

/// <summary>How the one TLS port speaks: HTTP/1.1 and HTTP/2 by TLS 1.2 or later, with forward secrecy and authenticated encryption (RFC 9325).</summary>
internal static class TlsListening
{
    private static readonly TimeSpan Handshake = TimeSpan.FromSeconds(10);

    private static readonly TlsCipherSuite[] Suites =
    [
        TlsCipherSuite.TLS_AES_256_GCM_SHA384,
        TlsCipherSuite.TLS_AES_128_GCM_SHA256,
        TlsCipherSuite.TLS_CHACHA20_POLY1305_SHA256,
        TlsCipherSuite.TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384,
        TlsCipherSuite.TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384,
        TlsCipherSuite.TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256,
        TlsCipherSuite.TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256,
        TlsCipherSuite.TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256,
        TlsCipherSuite.TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256,
    ];

    public static void Use(KestrelListenOptions listen, TlsCertificates certificates)
    {
        // One policy for all connections: made for each, it would cost each a context of its own.
        var suites = OperatingSystem.IsLinux() ? new CipherSuitesPolicy(Suites) : null;
        listen.Protocols = HttpProtocols.Http1AndHttp2;
        listen.UseHttps(https =>
        {
            https.ServerCertificate = certificates.Current.Leaf;
            https.HandshakeTimeout = Handshake;
#pragma warning disable CA5398 // Not what the machine allows: what RFC 9325 does.
            https.SslProtocols = SslProtocols.Tls12 | SslProtocols.Tls13;
#pragma warning restore CA5398
            AskForCertificate(https);
            https.OnAuthenticate = (_, tls) =>
            {
                tls.ServerCertificateContext = certificates.Current.Context;
                tls.CipherSuitesPolicy = suites;
                tls.AllowRenegotiation = false;
                // Nobody may make the broker fetch something by what stands in a certificate.
                tls.CertificateChainPolicy = new X509ChainPolicy { RevocationMode = X509RevocationMode.NoCheck, DisableCertificateDownloads = true };
            };
        });
    }

    /// <summary>
    /// Callers may show a certificate, whoever made it: TLS proves that they hold its key (RFC 8705 section 2.2), and that is all that it means until an
    /// attestor has found a path from it to roots of the settings.
    /// </summary>
    private static void AskForCertificate(HttpsConnectionAdapterOptions https)
    {
        https.ClientCertificateMode = ClientCertificateMode.AllowCertificate;
        https.AllowAnyClientCertificate();
    }
}
