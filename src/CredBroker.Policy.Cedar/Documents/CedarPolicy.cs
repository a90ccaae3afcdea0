namespace CredBroker.Policy.Cedar.Documents;

/// <summary>One policy of a set.</summary>
internal sealed record CedarPolicy
{
    /// <summary>Its <c>@id</c>.</summary>
    public required string Id { get; init; }

    /// <summary>Whether it permits; otherwise it forbids.</summary>
    public required bool Permits { get; init; }

    /// <summary>The policy as it was written.</summary>
    public required string Text { get; init; }

    /// <summary>Its head.</summary>
    public required PolicyScope Scope { get; init; }

    /// <summary><c>@max_ttl</c>: an upper bound of the lease's whole life; only on one that permits.</summary>
    public TimeSpan? MaxTtl { get; init; }

    /// <summary><c>@approval</c>: who can lift it; only on one that forbids.</summary>
    public ApprovalNeed? Approval { get; init; }

    /// <summary><c>@reason</c>: a sentence for the caller.</summary>
    public string? Reason { get; init; }

    /// <summary>What it looks at.</summary>
    public PolicyUses Uses { get; init; } = PolicyUses.Everything;
}
