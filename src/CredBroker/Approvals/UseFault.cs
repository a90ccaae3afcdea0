namespace CredBroker.Approvals;

/// <summary>Why an approval could not be used.</summary>
public enum UseFault
{
    /// <summary>There is none for that.</summary>
    Unknown,

    /// <summary>People have yet to agree.</summary>
    Pending,

    /// <summary>Somebody has refused.</summary>
    Denied,

    /// <summary>Its time is over, or it was used.</summary>
    Lapsed,

    /// <summary>The token is not the task's.</summary>
    NotTheTasks,

    /// <summary>The task is over.</summary>
    TaskEnded,

    /// <summary>The store's clock and the broker's are too far apart.</summary>
    ClockFault,
}
