using System.Collections.Frozen;

namespace CredBroker.Templates;

/// <summary>One good set of documents.</summary>
/// <param name="Version">Content hash of the whole set: 16 lower-case hex digits.</param>
/// <param name="Templates">Templates by name.</param>
/// <param name="Targets">Targets by name.</param>
/// <param name="Rules">Workload rules, in the order in which they are asked: exact subjects first, then the longest prefix, then the most selectors.</param>
public sealed record CatalogueSnapshot(
    string Version,
    IReadOnlyDictionary<string, Template> Templates,
    IReadOnlyDictionary<string, Target> Targets,
    IReadOnlyList<WorkloadRule> Rules)
{
    /// <summary>Groups of approvers by name.</summary>
    public IReadOnlyDictionary<string, ApproverGroup> ApproverGroups { get; init; } = FrozenDictionary<string, ApproverGroup>.Empty;

    /// <summary>The closest rule for an attested workload. Which of two tenants it belongs to must not hang on how somebody named a document.</summary>
    public RuleMatch FindRule(string attestor, string subject, IReadOnlyList<string> selectors)
    {
        WorkloadRule? found = null;
        foreach (var rule in Rules)
        {
            if (found is not null && (rule.Subject != found.Subject || rule.Selectors.Count < found.Selectors.Count)) break;
            if (!rule.Matches(attestor, subject, selectors)) continue;
            if (found is not null) return new RuleMatch(null, IsAmbiguous: true);
            found = rule;
        }

        return new RuleMatch(found, IsAmbiguous: false);
    }
}
