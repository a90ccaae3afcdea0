namespace CredBroker.Approvals;

/// <summary>What came of asking people.</summary>
public abstract record AskOutcome
{
    private AskOutcome() { }

    /// <summary>They are asked.</summary>
    public sealed record Asked(ApprovalRequest Request) : AskOutcome;

    /// <summary>The task has asked the same before, and that still stands: people have yet to answer, have agreed, or have refused.</summary>
    public sealed record Stands(ApprovalRequest Request) : AskOutcome;

    /// <summary>The workload has as many requests over all its tasks as it may.</summary>
    public sealed record WorkloadFull : AskOutcome;

    /// <summary>Refused for one of the reasons of the protocol.</summary>
    public sealed record Refused(ErrorReason Reason) : AskOutcome;

    /// <summary>The store's clock and the broker's are too far apart.</summary>
    public sealed record ClockFault : AskOutcome;
}
