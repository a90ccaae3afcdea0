using System.Text.Json;
using CredBroker.Server.Hosting.Tls;
using CredBroker.Server.Telemetry;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace CredBroker.Server.Hosting;

/// <summary>The addresses that this process listens on, and the file that tells them to whoever started it.</summary>
internal sealed class Listeners : IDisposable
{
    private readonly Listener? _grpc;
    private readonly Listener? _http;
    private readonly Listener? _https;
    private readonly MetricsListener? _metrics;

    public Listeners(ListenOptions options, MetricsListener? metrics)
    {
        _metrics = metrics;
        _grpc = options.Grpc is { } grpc ? new Listener(ListenOptions.Read(grpc)) : null;
        _http = options.Http is { } http ? new Listener(ListenOptions.Read(http)) : null;
        if (options.Https is not { } https) return;
        Certificates = new TlsCertificates(options.CertificateFile!, options.PrivateKeyFile!);
        _https = new Listener(ListenOptions.Read(https));
    }

    /// <summary>The certificates of the TLS port; null where there is none.</summary>
    public TlsCertificates? Certificates { get; }

    /// <summary>Where HTTP is answered, for an issuer that nobody has named.</summary>
    public string? HttpAddress => _http is null ? null : $"http://{_http.EndPoint}";

    public void Configure(KestrelServerOptions kestrel)
    {
        _grpc?.Configure(kestrel, listen => listen.Protocols = HttpProtocols.Http2);
        _http?.Configure(kestrel, listen => listen.Protocols = HttpProtocols.Http1);
        _metrics?.Configure(kestrel);
        if (Certificates is { } certificates) _https!.Configure(kestrel, listen => TlsListening.Use(listen, certificates));
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
}
