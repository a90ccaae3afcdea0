using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace CredBroker;

/// <summary>The names under which the broker measures and traces itself; every instrument and span is in <c>docs/metrics.md</c>.</summary>
public static class BrokerTelemetry
{
    /// <summary>The name of the meter and of the source of spans.</summary>
    public const string Name = "CredBroker";

    /// <summary>The tag that says what came of something.</summary>
    public const string Outcome = "outcome";

    /// <summary>Where the buckets of durations lie, in seconds: from a decision in memory to a backend that lets one wait.</summary>
    private static readonly double[] Seconds =
        [0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300];

    private static readonly InstrumentAdvice<double> Buckets = new() { HistogramBucketBoundaries = Seconds };

    /// <summary>Where all spans come from. Nothing is made of them while nobody listens.</summary>
    internal static ActivitySource Spans { get; } = new(Name);

    /// <summary>The word for how something ended that did not end well: <c>refused</c>, <c>failed</c>, or <c>cancelled</c> where whoever asked did not wait.</summary>
    public static string OutcomeOf(Exception exception) => exception switch
    {
        RefusedException => "refused",
        OperationCanceledException => "cancelled",
        _ => "failed",
    };

    /// <summary>A histogram of seconds.</summary>
    public static Histogram<double> CreateDuration(this Meter meter, string name, string description)
    {
        ArgumentNullException.ThrowIfNull(meter);
        return meter.CreateHistogram(name, "s", description, tags: null, Buckets);
    }
}
