using System.Diagnostics;

namespace CredBroker;

/// <summary>What spans say. Ids and names of the catalogue may stand in them; words of callers and secrets never do.</summary>
internal static class SpanExtensions
{
    public static Activity? About(this Activity? span, TaskId task) => span?.SetTag("credbroker.task.id", task.Value);

    public static Activity? About(this Activity? span, LeaseId lease) => span?.SetTag("credbroker.lease.id", lease.Value);

    public static Activity? Ended(this Activity? span, string outcome) => span?.SetTag("credbroker.outcome", outcome);

    /// <summary>A refusal is an outcome and not a fault, and so is a caller who hung up; the reason says all that may be said of it.</summary>
    public static void Failed(this Activity? span, Exception exception)
    {
        if (span is null) return;
        var outcome = BrokerTelemetry.OutcomeOf(exception);
        span.SetTag("credbroker.outcome", outcome);
        if (exception is RefusedException refusal) span.SetTag("credbroker.reason", ReasonName.Of(refusal.Reason));
        // The type alone: a message may repeat what it was given.
        if (outcome == "failed") span.SetTag("error.type", exception.GetType().FullName).SetStatus(ActivityStatusCode.Error);
    }
}
