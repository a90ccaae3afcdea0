using System.Collections.Concurrent;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Logging;

namespace CredBroker.Testing.Telemetry;

/// <summary>Takes what is sent to it by OTLP over gRPC, and keeps it.</summary>
public sealed class OtlpCollector : IAsyncDisposable
{
    private const int FrameHeader = 5;
    private readonly ConcurrentQueue<(string Signal, byte[] Body)> _received = new();
    private readonly ConcurrentQueue<string> _headers = new();
    private readonly WebApplication _app;

    private OtlpCollector(WebApplication app) => _app = app;

    public string Address => _app.Urls.Single();

    /// <summary>The spans that have come.</summary>
    public IReadOnlyList<CollectedSpan> Spans => [.. BodiesOf("trace").SelectMany(CollectedSpan.ReadAll)];

    /// <summary>Values of the header <c>x-collector-key</c> that have come.</summary>
    public IReadOnlyCollection<string> Keys => _headers;

    /// <summary>All that has come of a signal, as it came: text stands in it as UTF-8.</summary>
    public IReadOnlyList<byte[]> BodiesOf(string signal) => [.. _received.Where(request => request.Signal == signal).Select(request => request.Body)];

    public static async Task<OtlpCollector> StartAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(System.Net.IPAddress.Loopback, 0, listen => listen.Protocols = HttpProtocols.Http2));
        var app = builder.Build();
        var collector = new OtlpCollector(app);
        // opentelemetry.proto.collector.<signal>.v1.<Signal>Service/Export
        app.MapPost("/opentelemetry.proto.collector.{signal}.v1.{service}/Export", collector.TakeAsync);
        await app.StartAsync();
        return collector;
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    private async Task TakeAsync(HttpContext context)
    {
        using var body = new MemoryStream();
        await context.Request.Body.CopyToAsync(body, context.RequestAborted);
        _received.Enqueue(((string)context.Request.RouteValues["signal"]!, body.ToArray()[FrameHeader..]));
        if (context.Request.Headers["x-collector-key"] is { Count: > 0 } key) _headers.Enqueue(key.ToString());
        context.Response.ContentType = "application/grpc";
        context.Response.DeclareTrailer("grpc-status");
        await context.Response.Body.WriteAsync(new byte[FrameHeader], context.RequestAborted);
        context.Response.AppendTrailer("grpc-status", "0");
    }
}
