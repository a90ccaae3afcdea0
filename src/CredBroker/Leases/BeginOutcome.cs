namespace CredBroker.Leases;

/// <summary>What came of recording a lease.</summary>
public abstract record BeginOutcome
{
    private BeginOutcome() { }

    /// <summary>It is recorded, and active where the broker mints the credential itself.</summary>
    public sealed record Begun(Lease Lease) : BeginOutcome;

    /// <summary>The idempotency key was used before.</summary>
    public sealed record Replay(LeaseId LeaseId, bool SameRequest) : BeginOutcome;

    /// <summary>Refused for one of the reasons of the protocol.</summary>
    public sealed record Refused(ErrorReason Reason) : BeginOutcome;

    /// <summary>People have yet to agree.</summary>
    public sealed record AwaitsApproval : BeginOutcome;

    /// <summary>Fences changed since they were evaluated: evaluate again.</summary>
    public sealed record StaleFences(long Epoch) : BeginOutcome;

    /// <summary>The store's clock and the broker's are too far apart.</summary>
    public sealed record ClockFault : BeginOutcome;
}
