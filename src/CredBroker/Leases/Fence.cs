namespace CredBroker.Leases;

/// <summary>
/// A standing refusal: while it stands nothing that it matches is issued or renewed, and what was issued at or before
/// <see cref="NotBefore"/> is dead, and stays dead when it is lifted.
/// </summary>
public sealed record Fence
{
    /// <summary>Its id.</summary>
    public required FenceId Id { get; init; }

    /// <summary>What it refuses: any of these.</summary>
    public required IReadOnlyList<LeaseSelector> Selectors { get; init; }

    /// <summary>It keeps a task or a workload in quarantine: the broker raised it by itself, and it goes when that is released.</summary>
    public bool IsQuarantine { get; init; }

    /// <summary>Why.</summary>
    public required string Reason { get; init; }

    /// <summary>Who raised it.</summary>
    public required string RaisedBy { get; init; }

    /// <summary>When it was ordered.</summary>
    public required DateTimeOffset RaisedAt { get; init; }

    /// <summary>The store's time after the last bucket had it; null until then.</summary>
    public DateTimeOffset? NotBefore { get; init; }

    /// <summary>Whether it refuses a lease of these terms that is yet to be issued. A selector of what was issued before the fence was raised matches nothing new.</summary>
    public bool Refuses(LeaseTerms terms, LeaseId leaseId) => Selectors.Any(
        selector => (selector.IssuedBefore is null || selector.IssuedBefore > RaisedAt) && selector.MatchesTerms(terms, leaseId));
}
