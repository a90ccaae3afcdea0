namespace CredBroker.Policy;

/// <summary>What policy says. <see cref="PolicyVersion"/> and <see cref="PolicyIds"/> go into lease, token and audit.</summary>
public sealed record PolicyDecision
{
    /// <summary>The fact of a refusal, and of its audit line, that names <see cref="PolicyVersion"/>.</summary>
    public const string PolicyVersionFact = "policy_version";

    /// <summary>The fact that names <see cref="PolicyIds"/>, with spaces between them.</summary>
    public const string PoliciesFact = "policies";

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

    /// <summary>The groups whose approval would lift a no; none where nothing would.</summary>
    public IReadOnlyList<string> ApprovalGroups { get; init; } = [];

    /// <summary>It was decided by what the task's tree held at that moment, and something else may be recorded meanwhile.</summary>
    public bool LookedAtHeld { get; init; }

    /// <summary>It was decided by where the request came from, or could have been.</summary>
    public bool LookedAtSource { get; init; }

    /// <summary>Nothing was really decided: what decides failed, and therefore said no.</summary>
    public bool IsFault { get; init; }

    /// <summary>It may be.</summary>
    public static PolicyDecision Allow(string policyVersion, IReadOnlyList<string> policyIds, TimeSpan? maxTtl = null) =>
        new() { PolicyVersion = policyVersion, PolicyIds = policyIds, MaxTtl = maxTtl };

    /// <summary>It may not be.</summary>
    public static PolicyDecision Deny(ErrorReason refusal, string message, string policyVersion, IReadOnlyList<string> policyIds) =>
        new() { Refusal = refusal, Message = message, PolicyVersion = policyVersion, PolicyIds = policyIds };

    /// <summary>The refusal of what may not be.</summary>
    /// <param name="template">The template that it is about; null = none.</param>
    /// <exception cref="InvalidOperationException">It may be.</exception>
    public RefusedException ToRefusal(string? template)
    {
        var facts = new Dictionary<string, string> { [PolicyVersionFact] = PolicyVersion, [PoliciesFact] = string.Join(' ', PolicyIds) };
        if (template is not null) facts["template"] = template;
        return new RefusedException(Refusal ?? throw new InvalidOperationException("It is allowed."), Message) { Metadata = facts };
    }
}
