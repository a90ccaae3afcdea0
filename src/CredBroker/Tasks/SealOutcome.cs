namespace CredBroker.Tasks;

/// <summary>What came of sealing a task.</summary>
public enum SealOutcome
{
    /// <summary>This call sealed it.</summary>
    Sealed,

    /// <summary>It was sealed before and its leases may still be on their way out.</summary>
    WasSealed,

    /// <summary>It was ended before.</summary>
    WasEnded,

    /// <summary>No deadline has passed.</summary>
    NotDue,

    /// <summary>No such task, or the token is not its.</summary>
    NotFound,
}
