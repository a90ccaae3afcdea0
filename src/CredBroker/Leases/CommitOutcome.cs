namespace CredBroker.Leases;

/// <summary>What came of asking whether a credential may leave the broker.</summary>
public abstract record CommitOutcome
{
    private CommitOutcome() { }

    /// <summary>It may; the lease is active.</summary>
    public sealed record Committed(Lease Lease) : CommitOutcome;

    /// <summary>It must not, and its revocation is under way.</summary>
    public sealed record Ended : CommitOutcome;

    /// <summary>It must not, and it has to be revoked: the task is over, or its time has passed.</summary>
    public sealed record TaskEnded : CommitOutcome;

    /// <summary>Fences changed since they were evaluated: evaluate again.</summary>
    public sealed record StaleFences(long Epoch) : CommitOutcome;

    /// <summary>The store's clock and the broker's are too far apart.</summary>
    public sealed record ClockFault : CommitOutcome;
}
