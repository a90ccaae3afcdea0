using CredBroker.Server.Hosting;
using OpenTelemetry.Logs;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;

namespace CredBroker.Server.Telemetry;

/// <summary>Registers what the broker tells of itself, and to whom it does.</summary>
internal static class TelemetryHostExtensions
{
    private static readonly string[] Meters = [BrokerTelemetry.Name, "Microsoft.AspNetCore.Hosting", "Microsoft.AspNetCore.Server.Kestrel", "System.Runtime"];

    /// <summary>Series of one instrument by template: as many templates as a catalogue may have, and some. What is beyond is told together.</summary>
    private const int SeriesByTemplate = 11_000;

    /// <summary>Adds the instruments, and with the sections <c>Telemetry:…</c> whoever is told of them.</summary>
    public static WebApplicationBuilder AddTelemetry(this WebApplicationBuilder builder)
    {
        var (services, configuration) = (builder.Services, builder.Configuration);
        services.AddSettings<OtlpOptions>(configuration, OtlpOptions.SectionName, options => options.Faults());
        services.AddSettings<PrometheusOptions>(configuration, PrometheusOptions.SectionName, options => options.Faults());
        services.AddSettings<MetricsOptions>(configuration, MetricsOptions.SectionName, options => options.Faults());
        services.AddInstruments();
        var otlp = Bind(configuration, OtlpOptions.SectionName, new OtlpOptions());
        // Settings that are wrong are told with all others, when the host is built.
        if (otlp.Faults().Any()) return builder;
        var prometheus = Bind(configuration, PrometheusOptions.SectionName, new PrometheusOptions()).Listen is not null;
        var target = otlp.Endpoint is null ? null : new OtlpTarget(otlp);
        var telemetry = services.AddOpenTelemetry().ConfigureResource(
            resource => resource.AddService("credbroker", serviceVersion: BrokerStatus.Version, serviceInstanceId: Guid.NewGuid().ToString("n")));
        if (prometheus || target is { SendsMetrics: true }) services.AddStoreFigures();
        if (prometheus || target is { SendsMetrics: true }) telemetry.WithMetrics(metrics => AddMetrics(metrics, prometheus, target));
        if (target is { SendsTraces: true }) telemetry.WithTracing(traces => AddTraces(traces, target));
        if (target is { SendsLogs: true }) telemetry.WithLogging(
            logs => logs.AddOtlpExporter(target.ConfigureLogs), logger => (logger.IncludeFormattedMessage, logger.ParseStateValues) = (true, true));
        return builder;
    }

    private static void AddMetrics(MeterProviderBuilder metrics, bool prometheus, OtlpTarget? target)
    {
        metrics.AddMeter(Meters).AddView("credbroker.leases.*", new MetricStreamConfiguration { CardinalityLimit = SeriesByTemplate });
        if (prometheus) metrics.AddPrometheusExporter();
        if (target is { SendsMetrics: true }) metrics.AddOtlpExporter(target.ConfigureMetrics);
    }

    private static void AddTraces(TracerProviderBuilder traces, OtlpTarget target) => traces
        .AddSource(BrokerTelemetry.Name)
        .SetSampler(target.Sampler)
        .AddAspNetCoreInstrumentation(RequestSpans.Configure)
        .AddOtlpExporter(target.ConfigureTraces);

    private static TOptions Bind<TOptions>(ConfigurationManager configuration, string section, TOptions options)
        where TOptions : class
    {
        try
        {
            configuration.GetSection(section).Bind(options);
        }
        catch (InvalidOperationException)
        {
            // What cannot be read is told with all other faults, when the host is built.
        }

        return options;
    }
}
