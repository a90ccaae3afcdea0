namespace CredBroker.Approvals;

/// <summary>What came of what somebody said.</summary>
public enum VoteOutcome
{
    /// <summary>It is recorded.</summary>
    Recorded,

    /// <summary>Something else came first: read again.</summary>
    Overtaken,

    /// <summary>The request's time is over.</summary>
    Lapsed,

    /// <summary>The task is over.</summary>
    TaskEnded,

    /// <summary>The store's clock and the broker's are too far apart.</summary>
    ClockFault,
}
