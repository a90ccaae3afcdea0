namespace CredBroker.Approvals;

/// <summary>Where a request for approval stands. The numbers are those of the protocol.</summary>
public enum ApprovalState
{
    /// <summary>It waits for people.</summary>
    Pending = 1,

    /// <summary>Enough of them have agreed, and it has not been used.</summary>
    Approved = 2,

    /// <summary>One of them has refused.</summary>
    Denied = 3,

    /// <summary>Its time, or its task, was over before it was used.</summary>
    Lapsed = 4,

    /// <summary>It was used, once and for all.</summary>
    Used = 5,
}
