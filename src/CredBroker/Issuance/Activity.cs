namespace CredBroker.Issuance;

/// <summary>One thing that an agent says it did. All of it is the agent's word, but for the task and the lease.</summary>
public sealed record Activity
{
    /// <summary>What kind of thing.</summary>
    public required ActivityKind Kind { get; init; }

    /// <summary>When; null = not told.</summary>
    public DateTimeOffset? At { get; init; }

    /// <summary>The lease it was done with; null = none.</summary>
    public LeaseId? LeaseId { get; init; }

    /// <summary>The tool or target.</summary>
    public required string Subject { get; init; }

    /// <summary>SHA-256 of what was sent, lower-case hex; empty = not told.</summary>
    public string Digest { get; init; } = "";

    /// <summary>Ids by which others know it: a request id, a database user, a token's jti.</summary>
    public IReadOnlyDictionary<string, string> References { get; init; } = new Dictionary<string, string>();
}
