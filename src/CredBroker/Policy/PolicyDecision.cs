namespace CredBroker.Policy;

/// <summary>What policy says. <see cref="PolicyVersion"/> and <see cref="PolicyIds"/> go into lease, token and audit.</summary>
public sealed record PolicyDecision
{
    private PolicyDecision()
    {
    }

    /// <summary>Whether it may be.</summary>
    public bool Allowed => Refusal is null;

    /// <summary>Why not; null where it may be.</summary>
    public ErrorReason? Refusal { get; private init; }

    /// <summary>A sentence for the caller; empty where it may be.</summary>
    public string Message { get; private init; } = "";

    /// <summary>Content hash of what decided.</summary>
    public required string PolicyVersion { get; init; }

    /// <summary>The policies that determined the decision.</summary>
    public required IReadOnlyList<string> PolicyIds { get; init; }

    /// <summary>An upper bound of the lease's whole life, beside the template's; null = none.</summary>
    public TimeSpan? MaxTtl { get; init; }

    /// <summary>It may be.</summary>
    public static PolicyDecision Allow(string policyVersion, IReadOnlyList<string> policyIds, TimeSpan? maxTtl = null) =>
        new() { PolicyVersion = policyVersion, PolicyIds = policyIds, MaxTtl = maxTtl };

    /// <summary>It may not be.</summary>
    public static PolicyDecision Deny(ErrorReason refusal, string message, string policyVersion, IReadOnlyList<string> policyIds) =>
        new() { Refusal = refusal, Message = message, PolicyVersion = policyVersion, PolicyIds = policyIds };
}
