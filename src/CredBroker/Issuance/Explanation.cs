namespace CredBroker.Issuance;

/// <summary>What would come of a request for a credential.</summary>
public sealed record Explanation
{
    /// <summary>Whether it would be issued.</summary>
    public required bool Allowed { get; init; }

    /// <summary>Whether people would be asked to agree first.</summary>
    public bool IsPending { get; init; }

    /// <summary>Why not, for a person; empty where it would be issued.</summary>
    public string Reason { get; init; } = "";

    /// <summary>Content hash of what decided.</summary>
    public string PolicyVersion { get; init; } = "";

    /// <summary>The policies that determined it.</summary>
    public IReadOnlyList<string> Policies { get; init; } = [];

    /// <summary>The groups that would be asked; none where approval would change nothing.</summary>
    public IReadOnlyList<string> ApprovalGroups { get; init; } = [];

    /// <summary>The TTL that would be granted, at once or when people have agreed; null where nothing would be.</summary>
    public TimeSpan? Ttl { get; init; }
}
