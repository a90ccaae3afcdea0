using OpenTelemetry.Exporter;
using OpenTelemetry.Metrics;
using OpenTelemetry.Trace;

namespace CredBroker.Server.Telemetry;

/// <summary>The collector that telemetry goes to.</summary>
internal sealed class OtlpTarget(OtlpOptions options)
{
    private readonly string? _headers = options.HeadersFile is { } file ? OtlpHeadersFile.Read(file) : null;

    public bool SendsMetrics => options.Metrics;

    public bool SendsTraces => options.Traces;

    public bool SendsLogs => options.Logs;

    /// <summary>
    /// The trace's id decides, so that every replica and every later revocation decides the same. A caller who does not record his trace is not
    /// recorded; one who does is recorded as the ratio says, where he does not choose his ids. Nobody else's calls are touched by what he chooses.
    /// </summary>
    public Sampler Sampler
    {
        get
        {
            var ratio = new TraceIdRatioBasedSampler(options.SampleRatio);
            return new ParentBasedSampler(ratio, remoteParentSampled: ratio);
        }
    }

    public void ConfigureTraces(OtlpExporterOptions exporter) => Configure(exporter, "traces");

    public void ConfigureLogs(OtlpExporterOptions exporter) => Configure(exporter, "logs");

    public void ConfigureMetrics(OtlpExporterOptions exporter, MetricReaderOptions reader)
    {
        Configure(exporter, "metrics");
        reader.PeriodicExportingMetricReaderOptions.ExportIntervalMilliseconds = (int)options.MetricsInterval.TotalMilliseconds;
    }

    private void Configure(OtlpExporterOptions exporter, string signal)
    {
        var isHttp = options.Protocol == "http";
        exporter.Protocol = isHttp ? OtlpExportProtocol.HttpProtobuf : OtlpExportProtocol.Grpc;
        exporter.Endpoint = new Uri(isHttp ? $"{options.Endpoint!.TrimEnd('/')}/v1/{signal}" : options.Endpoint!);
        if (_headers is not null) exporter.Headers = _headers;
    }
}
