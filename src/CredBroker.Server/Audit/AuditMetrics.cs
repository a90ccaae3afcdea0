using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace CredBroker.Server.Audit;

/// <summary>Measures the audit trail where it is written.</summary>
internal sealed class AuditMetrics
{
    private readonly Histogram<double> _duration;
    private readonly Counter<long> _lines;
    private volatile bool _isAvailable = true;

    public AuditMetrics(IMeterFactory meters)
    {
        var meter = meters.Create(BrokerTelemetry.Name);
        _duration = meter.CreateDuration("credbroker.audit.write.duration", "How long writing and fsyncing one group of lines took.");
        _lines = meter.CreateCounter<long>("credbroker.audit.lines", "{line}", "Audit lines, written and refused.");
        meter.CreateObservableGauge("credbroker.audit.available", () => _isAvailable ? 1 : 0, "{trail}", "1 while the audit trail can be written.");
    }

    /// <summary>The trail can be written, or cannot.</summary>
    public void Became(bool isAvailable) => _isAvailable = isAvailable;

    /// <summary>A group of lines went to disk, or did not.</summary>
    public void Wrote(int lines, long since, bool isDurable)
    {
        _duration.Record(Stopwatch.GetElapsedTime(since).TotalSeconds, new KeyValuePair<string, object?>(BrokerTelemetry.Outcome, isDurable ? "ok" : "failed"));
        if (isDurable) _lines.Add(lines, new KeyValuePair<string, object?>(BrokerTelemetry.Outcome, "written"));
    }

    /// <summary>Lines will never be written: whoever they are of has been told so.</summary>
    public void Refused(int lines) => _lines.Add(lines, new KeyValuePair<string, object?>(BrokerTelemetry.Outcome, "refused"));
}
