namespace CredBroker.Tokens;

/// <summary>Everything an access token says, before it is signed. Instants are the store's.</summary>
public sealed record AccessTokenClaims
{
    /// <summary>The lease; with <see cref="Generation"/> it makes the <c>jti</c>, so that the same lease and generation is the same token.</summary>
    public required LeaseId LeaseId { get; init; }

    /// <summary>How often the lease has been renewed.</summary>
    public required long Generation { get; init; }

    /// <summary>The task.</summary>
    public required TaskId TaskId { get; init; }

    /// <summary><c>sub</c>: the principal. For an autonomous agent the agent itself.</summary>
    public required string Subject { get; init; }

    /// <summary><c>act</c>: who acts for the principal, whoever holds the token first, then those between; none where it acts for itself.</summary>
    public IReadOnlyList<string> Actors { get; init; } = [];

    /// <summary><c>client_id</c>: the attested workload that asked.</summary>
    public required string ClientId { get; init; }

    /// <summary><c>aud</c>, a single one.</summary>
    public required string Audience { get; init; }

    /// <summary><c>scope</c>, in order.</summary>
    public required IReadOnlyList<string> Scopes { get; init; }

    /// <summary>What was granted; stands in <c>authorization_details</c> as <c>actions</c>.</summary>
    public required Capabilities Capabilities { get; init; }

    /// <summary>The purpose as the task declared it.</summary>
    public required string Purpose { get; init; }

    /// <summary>The intent as the task declared it; only its SHA-256 goes into the token.</summary>
    public required string Intent { get; init; }

    /// <summary>The target; stands in <c>authorization_details</c> as <c>locations</c> beside the audience.</summary>
    public required string Target { get; init; }

    /// <summary><c>iat</c> and <c>nbf</c>.</summary>
    public required DateTimeOffset IssuedAt { get; init; }

    /// <summary><c>exp</c>.</summary>
    public required DateTimeOffset ExpiresAt { get; init; }

    /// <summary><c>txn</c>: constant from a root task down.</summary>
    public required string TransactionId { get; init; }

    /// <summary>The policy version that said yes.</summary>
    public required string PolicyVersion { get; init; }

    /// <summary>Digest of the evidence that the task was opened with.</summary>
    public required string EvidenceDigest { get; init; }

    /// <summary><c>cnf</c>: the key without which the token is good for nothing; null = a bearer token.</summary>
    public ProofKey? Key { get; init; }

    /// <summary>What fences match: <see cref="LeaseLabel"/>s.</summary>
    public required IReadOnlyList<string> Labels { get; init; }
}
