using System.Security.Cryptography.X509Certificates;
using System.Text.Json;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace CredBroker.Server.Hosting;

/// <summary>The addresses that this process listens on, and the file that tells them to whoever started it.</summary>
internal sealed class Listeners : IDisposable
{
    private readonly ListenOptions _options;
    private readonly Listener? _grpc;
    private readonly Listener? _http;
    private readonly Listener? _https;

    public Listeners(ListenOptions options)
    {
        _options = options;
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
        if (_https is null) return;
        var (certificate, chain) = ReadCertificate();
        _https.Configure(kestrel, listen =>
        {
            listen.Protocols = HttpProtocols.Http1AndHttp2;
            listen.UseHttps(https => (https.ServerCertificate, https.ServerCertificateChain) = (certificate, chain));
        });
    }

    /// <summary>Writes <c>run/endpoints.json</c> under the data folder, whole or not at all.</summary>
    public void Publish(DataFolder data)
    {
        var endpoints = new Dictionary<string, string>();
        if (_grpc is not null) endpoints["grpc"] = $"http://{_grpc.EndPoint}";
        if (_http is not null) endpoints["http"] = $"http://{_http.EndPoint}";
        if (_https is not null) endpoints["https"] = $"https://{_https.EndPoint}";
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
