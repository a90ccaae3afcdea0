using CredBroker.Leases;

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

    /// <summary>Whose approval would lift a no; none where nothing would.</summary>
    public IReadOnlyList<ApprovalNeed> Approvals { get; init; } = [];

    /// <summary>The groups of <see cref="Approvals"/>.</summary>
    public IReadOnlyList<string> ApprovalGroups => [.. Approvals.Select(need => need.Group)];

    /// <summary>What it comes to once all of <see cref="Approvals"/> are given; null where nothing would lift the no.</summary>
    public PolicyDecision? IfApproved { get; private init; }

    /// <summary>It may not be until people agree.</summary>
    public bool IsPending => IfApproved is not null;

    /// <summary>What people were asked, or have agreed to, where somebody has asked for it; null = nobody has.</summary>
    public ApprovalId? ApprovalId { get; init; }

    /// <summary>What the task's tree held at that moment, where it was decided by that; null = nobody looked.</summary>
    public IReadOnlyList<Lease>? Held { get; init; }

    /// <summary>How many leases the workload held at that moment, where it was decided by that.</summary>
    public WorkloadCounts Counted { get; init; } = WorkloadCounts.None;

    /// <summary>It was decided by what was held at that moment, and something else may be recorded meanwhile.</summary>
    public bool LookedAtHeld => Held is not null || Counted != WorkloadCounts.None;

    /// <summary>It was decided by where the request came from, or could have been.</summary>
    public bool LookedAtSource { get; init; }

    /// <summary>Nothing was really decided: what decides failed, and therefore said no.</summary>
    public bool IsFault { get; init; }

    /// <summary>It is a no for how much is live at this moment alone.</summary>
    public bool IsOfBound { get; init; }

    /// <summary>It may be.</summary>
    public static PolicyDecision Allow(string policyVersion, IReadOnlyList<string> policyIds, TimeSpan? maxTtl = null) =>
        new() { PolicyVersion = policyVersion, PolicyIds = policyIds, MaxTtl = maxTtl };

    /// <summary>It may not be.</summary>
    public static PolicyDecision Deny(ErrorReason refusal, string message, string policyVersion, IReadOnlyList<string> policyIds) =>
        new() { Refusal = refusal, Message = message, PolicyVersion = policyVersion, PolicyIds = policyIds };

    /// <summary>It may not be until people agree. Whoever knows nothing of approvals takes it for a no.</summary>
    public static PolicyDecision Pend(IReadOnlyList<ApprovalNeed> approvals, PolicyDecision ifApproved, string message, IReadOnlyList<string> policyIds) =>
        Deny(ErrorReason.PolicyDenied, message, ifApproved.PolicyVersion, policyIds) with { Approvals = approvals, IfApproved = ifApproved };

    /// <summary>The refusal of what may not be.</summary>
    /// <param name="template">The template that it is about; null = none.</param>
    /// <param name="noted">What it was decided by, for the audit trail alone; null = nothing.</param>
    /// <exception cref="InvalidOperationException">It may be.</exception>
    public RefusedException ToRefusal(string? template, IReadOnlyDictionary<string, string>? noted = null)
    {
        var facts = new Dictionary<string, string> { [PolicyVersionFact] = PolicyVersion, [PoliciesFact] = string.Join(' ', PolicyIds) };
        if (template is not null) facts["template"] = template;
        return new RefusedException(Refusal ?? throw new InvalidOperationException("It is allowed."), Message)
        {
            Metadata = facts,
            Noted = noted ?? new Dictionary<string, string>(),
            IsOfBound = IsOfBound,
        };
    }
}
