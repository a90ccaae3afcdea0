using System.Security.Cryptography.X509Certificates;
using System.Text.Json;
using CredBroker.Server.Telemetry;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Https;

namespace CredBroker.Server.Hosting;

/// <summary>The addresses that this process listens on, and the file that tells them to whoever started it.</summary>
internal sealed class Listeners : IDisposable
{
    private readonly ListenOptions _options;
    private readonly Listener? _grpc;
    private readonly Listener? _http;
    private readonly Listener? _https;
    private readonly MetricsListener? _metrics;

    public Listeners(ListenOptions options, MetricsListener? metrics)
    {
        (_options, _metrics) = (options, metrics);
        _grpc = options.Grpc is { } grpc ? new Listener(ListenOptions.Read(grpc)) : null;
        _http = options.Http is { } http ? new Listener(ListenOptions.Read(http)) : null;
        _https = options.Https is { } https ? new Listener(ListenOptions.Read(https)) : null;
    }

    /// <summary>Where HTTP is answered, for an issuer that nobody has named.</summary>
    public string? HttpAddress => _http is null ? null : $"http://{_http.EndPoint}";

    public void Configure(KestrelServerOptions kestrel)
    {
        _grpc?.Configure(kestrel, listen => listen.Protocols = HttpProtocols.Http2);
        _http?.Configure(kestrel, listen => listen.Protocols = HttpProtocols.Http1);
        _metrics?.Configure(kestrel);
        if (_https is null) return;
        var (certificate, chain) = ReadCertificate();
        _https.Configure(kestrel, listen =>
        {
            listen.Protocols = HttpProtocols.Http1AndHttp2;
            listen.UseHttps(https =>
            {
                (https.ServerCertificate, https.ServerCertificateChain) = (certificate, chain);
                AskForCertificate(https);
            });
        });
    }

    /// <summary>Writes <c>run/endpoints.json</c> under the data folder, whole or not at all.</summary>
    public void Publish(DataFolder data)
    {
        var endpoints = new Dictionary<string, string>();
        if (_grpc is not null) endpoints["grpc"] = $"http://{_grpc.EndPoint}";
        if (_http is not null) endpoints["http"] = $"http://{_http.EndPoint}";
        if (_https is not null) endpoints["https"] = $"https://{_https.EndPoint}";
        if (_metrics is not null) endpoints["metrics"] = $"http://{_metrics.EndPoint}";
        OwnerOnly.UseFolder(data.File("run"));
        var file = data.File("run", "endpoints.json");
        File.WriteAllText(file + ".new", JsonSerializer.Serialize(endpoints));
        File.Move(file + ".new", file, overwrite: true);
    }

    public void Dispose()
    {
        _grpc?.Dispose();
        _http?.Dispose();
        _https?.Dispose();
        _metrics?.Dispose();
    }

    /// <summary>
    /// Callers may show a certificate, whoever made it: TLS proves that they hold its key (RFC 8705 section 2.2), and that is all that it means until an
    /// attestor has found a path from it to roots of the settings.
    /// </summary>
    private static void AskForCertificate(HttpsConnectionAdapterOptions https)
    {
        https.ClientCertificateMode = ClientCertificateMode.AllowCertificate;
        https.AllowAnyClientCertificate();
        // Nobody may make the broker fetch something by what stands in a certificate.
        https.OnAuthenticate = (_, tls) => tls.CertificateChainPolicy = new X509ChainPolicy
        {
            RevocationMode = X509RevocationMode.NoCheck,
            DisableCertificateDownloads = true,
        };
    }

    /// <summary>The certificate, and those that lead to its root: clients that know only the root need them.</summary>
    private (X509Certificate2 Certificate, X509Certificate2Collection Chain) ReadCertificate()
    {
        try
        {
            using var key = File.OpenHandle(_options.PrivateKeyFile!);
            OwnerOnly.CheckFile(key, _options.PrivateKeyFile!);
            var chain = new X509Certificate2Collection();
            chain.ImportFromPemFile(_options.CertificateFile!);
            if (chain.Count > 0) chain.RemoveAt(0);
            return (X509Certificate2.CreateFromPemFile(_options.CertificateFile!, _options.PrivateKeyFile), chain);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException or System.Security.Cryptography.CryptographicException)
        {
            throw new StartRefusedException($"The TLS certificate cannot be read: {fault.Message}", fault);
        }
    }
}
