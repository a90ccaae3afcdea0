using System.Diagnostics.Metrics;

namespace CredBroker.Policy;

/// <summary>Counts what policy says.</summary>
public sealed class DecisionMetrics
{
    private readonly Counter<long> _decisions;
    private readonly Histogram<double> _duration;

    /// <summary>Makes the instruments.</summary>
    public DecisionMetrics(IMeterFactory meters)
    {
        ArgumentNullException.ThrowIfNull(meters);
        var meter = meters.Create(BrokerTelemetry.Name);
        _decisions = meter.CreateCounter<long>("credbroker.decisions", "{decision}", "Decisions of policy, by what they are about and what they say.");
        _duration = meter.CreateDuration("credbroker.decision.duration", "How long deciding took.");
    }

    /// <summary>Something was decided.</summary>
    /// <param name="kind">What it is about: <c>issue</c>, <c>renewal</c>, <c>open_task</c> or <c>tool_call</c>.</param>
    /// <param name="outcome">What policy says, or why it says nothing: one of the words below.</param>
    /// <param name="took">How long it took.</param>
    public void Decided(string kind, string outcome, TimeSpan took)
    {
        _decisions.Add(1, new("kind", kind), new(BrokerTelemetry.Outcome, outcome));
        _duration.Record(took.TotalSeconds, new KeyValuePair<string, object?>("kind", kind));
    }

    /// <summary>The word for a decision that was not made: a fault, where it was not given up because nobody waits for it any more.</summary>
    internal static string WordFor(Exception exception) => exception is OperationCanceledException ? "cancelled" : "fault";

    /// <summary>The word for a decision.</summary>
    internal static string WordFor(PolicyDecision decision) => decision switch
    {
        { IsFault: true } => "fault",
        { Allowed: true } => "allow",
        { IsPending: true } => "needs_approval",
        _ => "deny",
    };
}
