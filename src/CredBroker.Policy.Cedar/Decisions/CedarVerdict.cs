using CredBroker.Policy.Cedar.Documents;

namespace CredBroker.Policy.Cedar.Decisions;

/// <summary>Makes one decision of Cedar's answers to each thing that was asked for: all of them must permit, and none may have failed.</summary>
/// <param name="set">The policies.</param>
internal sealed class CedarVerdict(CedarPolicySet set)
{
    private const int MostPolicyIds = 32;

    /// <summary>The decision.</summary>
    /// <param name="subject">What it is about, for people, such as <c>template orders-api</c>.</param>
    /// <param name="answers">What was asked for, and Cedar's answer to it.</param>
    public PolicyDecision Of(string subject, IReadOnlyList<(string Action, CedarAnswer Answer)> answers)
    {
        foreach (var (action, answer) in answers)
        {
            if (answer.Errors.Count > 0) return Fault(answer.Errors.Select(error => error.PolicyId));
            if (!answer.Allowed) return Refuse(action, subject, answer.Reasons);
        }

        var permits = answers.SelectMany(answer => answer.Answer.Reasons).Distinct().ToList();
        return PolicyDecision.Allow(set.Version, Ids(permits), permits.Min(id => set.ById[id].MaxTtl));
    }

    /// <summary>What cannot be decided is denied.</summary>
    public PolicyDecision Fault(IEnumerable<string> policyIds) =>
        PolicyDecision.Deny(ErrorReason.PolicyDenied, "Policy could not be evaluated, so nothing is granted.", set.Version, Ids(policyIds)) with { IsFault = true };

    private PolicyDecision Refuse(string action, string subject, IReadOnlyList<string> reasons)
    {
        var forbids = Ids(reasons).Select(id => set.ById[id]).ToList();
        return PolicyDecision.Deny(ErrorReason.PolicyDenied, Sentence(action, subject, forbids), set.Version, Ids(reasons)) with { ApprovalGroups = Groups(forbids) };
    }

    private static string Sentence(string action, string subject, List<CedarPolicy> forbids)
    {
        if (forbids.Count == 0) return $"No policy permits {action} on {subject}.";
        // Approvals cannot be given yet, so what needs one is denied.
        if (Groups(forbids) is { Count: > 0 } groups)
            return $"To {action} on {subject} needs the approval of {string.Join(" and ", groups)}, which cannot be asked for yet.";

        var said = forbids.FirstOrDefault(policy => policy is { Reason: not null, Approval: null })?.Reason;
        return said ?? $"Policy forbids {action} on {subject}.";
    }

    /// <summary>Who has to agree, where it is only their agreement that is missing.</summary>
    private static List<string> Groups(List<CedarPolicy> forbids) => forbids.All(policy => policy.Approval is not null)
        ? [.. forbids.Select(policy => policy.Approval!.Group).Distinct().Order(StringComparer.Ordinal)]
        : [];

    private static List<string> Ids(IEnumerable<string> ids) =>
        [.. ids.Where(id => id.Length > 0).Distinct().Order(StringComparer.Ordinal).Take(MostPolicyIds)];
}
