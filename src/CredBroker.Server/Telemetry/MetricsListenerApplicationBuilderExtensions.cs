using Microsoft.Extensions.Options;

namespace CredBroker.Server.Telemetry;

/// <summary>Answers what comes over the listener for Prometheus.</summary>
internal static class MetricsListenerApplicationBuilderExtensions
{
    private const string Path = "/metrics";

    /// <summary>Has to come before anything that answers other requests.</summary>
    public static WebApplication UseMetricsListener(this WebApplication app)
    {
        if (app.Services.GetRequiredService<IOptions<PrometheusOptions>>().Value.Listen is null) return app;
        app.UseOpenTelemetryPrometheusScrapingEndpoint(
            context => MetricsListener.IsOf(context) && context.Request.Path == Path && HttpMethods.IsGet(context.Request.Method));
        app.Use((context, next) =>
        {
            if (!MetricsListener.IsOf(context)) return next(context);
            context.Response.StatusCode = StatusCodes.Status404NotFound;
            return Task.CompletedTask;
        });
        return app;
    }
}
