namespace CredBroker.Client;

/// <summary>Why a lease ended. The numbers are the protocol's; one that is not listed here is newer than this library.</summary>
public enum EndReason
{
    /// <summary>It has not ended.</summary>
    None = 0,

    /// <summary>Its task ended.</summary>
    TaskEnded = 1,

    /// <summary>Its time ran out.</summary>
    Expired = 2,

    /// <summary>The task missed its heartbeat.</summary>
    HeartbeatLost = 3,

    /// <summary>The holder gave it back.</summary>
    Released = 4,

    /// <summary>An operator revoked it.</summary>
    Operator = 5,

    /// <summary>A newer lease took its place.</summary>
    Superseded = 6,

    /// <summary>It was never handed out.</summary>
    Abandoned = 7,

    /// <summary>The parent task ended.</summary>
    ParentEnded = 8,

    /// <summary>Its task, or one above that, was put into quarantine.</summary>
    Quarantined = 9,

    /// <summary>Templates or policies have changed and no longer permit it.</summary>
    NoLongerPermitted = 10,
}
