using System.Globalization;
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
        if (answers.SelectMany(answer => answer.Answer.Errors).ToList() is { Count: > 0 } errors) return Fault(errors.Select(error => error.PolicyId));
        var refused = answers.Where(answer => !answer.Answer.Allowed).ToList();
        // A no that nothing lifts is told before one that people can lift.
        if (refused.Count > 0) return Refuse(subject, refused.FirstOrDefault(answer => !IsLifted(answer.Answer), refused[0]), refused);

        var permits = answers.SelectMany(answer => answer.Answer.Reasons).Distinct().ToList();
        return PolicyDecision.Allow(set.Version, Ids(permits), permits.Min(id => set.ById[id].MaxTtl));
    }

    /// <summary>What cannot be decided is denied.</summary>
    public PolicyDecision Fault(IEnumerable<string> policyIds) =>
        PolicyDecision.Deny(ErrorReason.PolicyDenied, "Policy could not be evaluated, so nothing is granted.", set.Version, Ids(policyIds)) with { IsFault = true };

    /// <summary>What comes of a no that approvals may lift, now that Cedar was asked as if they were given: it waits for them, or stays a no.</summary>
    /// <param name="first">The no.</param>
    /// <param name="subject">What it is about, for people.</param>
    /// <param name="answers">Cedar's answers with the approvals.</param>
    public PolicyDecision Lift(PolicyDecision first, string subject, IReadOnlyList<(string Action, CedarAnswer Answer)> answers)
    {
        var lifted = Of(subject, answers);
        return lifted.Allowed
            ? PolicyDecision.Pend(first.Approvals, lifted, first.Message, first.PolicyIds)
            : Deny($"{first.Message.TrimEnd('.')}, and policy forbids it even so.", first.PolicyIds);
    }

    private PolicyDecision Refuse(
        string subject, (string Action, CedarAnswer Answer) told, IReadOnlyList<(string Action, CedarAnswer Answer)> refused)
    {
        var forbids = told.Answer.Reasons.Select(id => set.ById[id]).OrderBy(policy => policy.Id, StringComparer.Ordinal).ToList();
        if (!IsLifted(told.Answer)) return Deny(Sentence(told.Action, subject, forbids), told.Answer.Reasons);

        var reasons = refused.SelectMany(answer => answer.Answer.Reasons).Distinct().ToList();
        var needs = Needs(reasons.Select(id => set.ById[id].Approval!));
        var sentence = $"To {string.Join(" and ", refused.Select(answer => answer.Action))} on {subject} needs the approval of {Words(needs)}.";
        return Deny(sentence, reasons) with { Approvals = needs };
    }

    private PolicyDecision Deny(string sentence, IEnumerable<string> reasons) =>
        PolicyDecision.Deny(ErrorReason.PolicyDenied, sentence, set.Version, Ids(reasons));

    private static string Sentence(string action, string subject, List<CedarPolicy> forbids)
    {
        if (forbids.Count == 0) return $"No policy permits {action} on {subject}.";
        var said = forbids.FirstOrDefault(policy => policy is { Reason: not null, Approval: null })?.Reason;
        return said ?? $"Policy forbids {action} on {subject}.";
    }

    /// <summary>Whether it is only people's agreement that is missing. Where no policy forbids, there is nothing to lift.</summary>
    private bool IsLifted(CedarAnswer answer) => answer.Reasons.Count > 0 && answer.Reasons.All(id => set.ById[id].Approval is not null);

    /// <summary>Each group once, with the most of it that any policy asks for.</summary>
    private static List<ApprovalNeed> Needs(IEnumerable<ApprovalNeed> needs) =>
        [.. needs.GroupBy(need => need.Group).Select(same => new ApprovalNeed(same.Key, same.Max(need => need.Count))).OrderBy(need => need.Group, StringComparer.Ordinal)];

    private static string Words(IEnumerable<ApprovalNeed> needs) =>
        string.Join(" and ", needs.Select(need => need.Count == 1 ? need.Group : string.Create(CultureInfo.InvariantCulture, $"{need.Count} of {need.Group}")));

    private static List<string> Ids(IEnumerable<string> ids) =>
        [.. ids.Where(id => id.Length > 0).Distinct().Order(StringComparer.Ordinal).Take(MostPolicyIds)];
}
