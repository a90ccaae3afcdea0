namespace CredBroker.Leases;

/// <summary>The record of one credential. It never holds the credential.</summary>
public sealed record Lease
{
    /// <summary>Its id.</summary>
    public required LeaseId Id { get; init; }

    /// <summary>What was agreed.</summary>
    public required LeaseTerms Terms { get; init; }

    /// <summary>Where it stands.</summary>
    public required LeaseState State { get; init; }

    /// <summary>Rises with every transition and renewal.</summary>
    public required long Generation { get; init; }

    /// <summary>When it was issued, by the store's clock.</summary>
    public required DateTimeOffset IssuedAt { get; init; }

    /// <summary>When it dies unless renewed.</summary>
    public required DateTimeOffset ExpiresAt { get; init; }

    /// <summary>When it dies, renewed or not.</summary>
    public required DateTimeOffset MaxExpiresAt { get; init; }

    /// <summary>When its end was recorded, where a backend has to confirm it; null = it has not ended, or it is not known.</summary>
    public DateTimeOffset? EndedAt { get; init; }

    /// <summary>When its end was confirmed.</summary>
    public DateTimeOffset? ConfirmedAt { get; init; }

    /// <summary>Why it ended.</summary>
    public EndReason EndReason { get; init; }

    /// <summary>What the backend needs to revoke or renew it; null until there is something to undo.</summary>
    public string? BackendHandle { get; init; }

    /// <summary>The lease that took its place.</summary>
    public LeaseId? SupersededBy { get; init; }

    /// <summary>Whether its credential is or may still be good.</summary>
    public bool IsLive => State is LeaseState.Intent or LeaseState.Active or LeaseState.Revoking;
}
