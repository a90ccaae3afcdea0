using OpenTelemetry.Instrumentation.AspNetCore;

namespace CredBroker.Server.Telemetry;

/// <summary>Spans of requests without the words of callers: the route says what was called.</summary>
internal static class RequestSpans
{
    private static readonly string[] WordsOfCallers =
    [
        "http.request.method_original", "url.path", "url.query", "url.full", "user_agent.original", "server.address", "server.port",
        "client.address", "client.port", "network.peer.address", "network.peer.port",
    ];

    private static readonly string[] Probes = ["/livez", "/readyz", "/grpc.health.v1.Health"];

    public static void Configure(AspNetCoreTraceInstrumentationOptions options)
    {
        options.RecordException = false;
        options.Filter = context =>
            !MetricsListener.IsOf(context) && !Array.Exists(Probes, probe => context.Request.Path.StartsWithSegments(probe, StringComparison.Ordinal));
        options.EnrichWithHttpRequest = (span, _) =>
        {
            // The callers' own notes to their collectors: every span below would carry them on.
            span.TraceStateString = null;
            Forget(span);
        };
        options.EnrichWithHttpResponse = (span, _) => Forget(span);
    }

    private static void Forget(System.Diagnostics.Activity span)
    {
        foreach (var name in WordsOfCallers) span.SetTag(name, null);
    }
}
