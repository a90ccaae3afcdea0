namespace CredBroker.Leases;

/// <summary>What came of renewing a lease.</summary>
public abstract record RenewOutcome
{
    private RenewOutcome() { }

    /// <summary>It lives longer; <paramref name="At"/> is the store's time of the renewal.</summary>
    public sealed record Renewed(Lease Lease, DateTimeOffset At) : RenewOutcome;

    /// <summary>Refused for one of the reasons of the protocol.</summary>
    public sealed record Refused(ErrorReason Reason) : RenewOutcome;

    /// <summary>Fences changed since they were evaluated: evaluate again.</summary>
    public sealed record StaleFences(long Epoch) : RenewOutcome;

    /// <summary>The store's clock and the broker's are too far apart.</summary>
    public sealed record ClockFault : RenewOutcome;
}
