namespace CredBroker.Client.Operators;

/// <summary>Where a request for approval stands. The numbers are the protocol's.</summary>
public enum ApprovalState
{
    /// <summary>It waits for people.</summary>
    Pending = 1,

    /// <summary>Enough of them have agreed, and it has not been used.</summary>
    Approved = 2,

    /// <summary>One of them has refused.</summary>
    Denied = 3,

    /// <summary>It was not agreed to, or not used, in time.</summary>
    Lapsed = 4,

    /// <summary>It was used, once and for all.</summary>
    Used = 5,
}
