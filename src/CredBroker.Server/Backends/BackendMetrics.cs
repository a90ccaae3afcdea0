using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace CredBroker.Server.Backends;

/// <summary>Measures the calls of other systems that make and revoke credentials.</summary>
internal sealed class BackendMetrics
{
    private readonly Histogram<double> _duration;

    public BackendMetrics(IMeterFactory meters) => _duration = meters.Create(BrokerTelemetry.Name)
        .CreateDuration("credbroker.backend.call.duration", "How long a backend took for what it was asked.");

    /// <summary>A call has ended.</summary>
    /// <param name="backend">The name of the backend.</param>
    /// <param name="operation">What it was asked for.</param>
    /// <param name="since">When it began.</param>
    /// <param name="fault">How it ended; null = well.</param>
    public void Called(string backend, string operation, long since, Exception? fault)
    {
        // Nobody waits here but the broker: what is given up has taken too long.
        var outcome = fault switch
        {
            null => "ok",
            RefusedException => "refused",
            _ => "failed",
        };
        _duration.Record(Stopwatch.GetElapsedTime(since).TotalSeconds, new("backend", backend), new("operation", operation), new(BrokerTelemetry.Outcome, outcome));
    }
}
