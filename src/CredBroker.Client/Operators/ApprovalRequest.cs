namespace CredBroker.Client.Operators;

/// <summary>What people are asked to agree to. Purpose and justification are the caller's own words.</summary>
public sealed record ApprovalRequest
{
    /// <summary>Its id, <c>apr_…</c>.</summary>
    public required string Id { get; init; }

    /// <summary>Where it stands.</summary>
    public required ApprovalState State { get; init; }

    /// <summary>Who asks, as attested.</summary>
    public required string Workload { get; init; }

    /// <summary>Whose workload that is.</summary>
    public required string Tenant { get; init; }

    /// <summary>For which task.</summary>
    public required string TaskId { get; init; }

    /// <summary>What the task is for.</summary>
    public required string Purpose { get; init; }

    /// <summary>The template or the tool.</summary>
    public required string Subject { get; init; }

    /// <summary>Whether <see cref="Subject"/> is a tool.</summary>
    public required bool IsToolCall { get; init; }

    /// <summary>For a tool: SHA-256 of its arguments, lower-case hex; else empty.</summary>
    public required string ArgumentsDigest { get; init; }

    /// <summary>What is wanted of what.</summary>
    public required string Target { get; init; }

    /// <summary>How sensitive that is.</summary>
    public required Sensitivity? Sensitivity { get; init; }

    /// <summary>What is wanted.</summary>
    public required IReadOnlyList<Capability> Capabilities { get; init; }

    /// <summary>For how long; null for a tool.</summary>
    public required TimeSpan? Ttl { get; init; }

    /// <summary>Why.</summary>
    public required string Justification { get; init; }

    /// <summary>How many of each group have to agree; nobody counts for two.</summary>
    public required IReadOnlyDictionary<string, int> Needs { get; init; }

    /// <summary>What people have said, in their order.</summary>
    public required IReadOnlyList<ApprovalDecision> Decisions { get; init; }

    /// <summary>When it was made.</summary>
    public required DateTimeOffset AskedAt { get; init; }

    /// <summary>Until when it can be agreed to and used.</summary>
    public required DateTimeOffset LapsesAt { get; init; }

    /// <summary>The lease that it was used for; empty for a tool, or where it was not used.</summary>
    public required string LeaseId { get; init; }

    /// <summary>SHA-256 over all that is agreed to, lower-case hex; it stands in the audit trail too.</summary>
    public required string ActionDigest { get; init; }
}
