using System.Collections.Frozen;

namespace CredBroker.Templates.Documents;

/// <summary>Makes a set of documents without faults into a snapshot.</summary>
internal static class SnapshotBuilder
{
    public static CatalogueSnapshot Build(IReadOnlyList<SourceDocument> documents)
    {
        var targets = Of(documents, TargetDocument.Kind).Select(TargetDocument.Build).ToFrozenDictionary(t => t.Name, StringComparer.Ordinal);
        var templates = Of(documents, TemplateDocument.Kind)
            .Select(d => Versioned(TemplateDocument.Build(d, SetRules.Resolve(d, targets))))
            .ToFrozenDictionary(t => t.Name, StringComparer.Ordinal);
        var rules = Of(documents, WorkloadRuleDocument.Kind).Select(WorkloadRuleDocument.Build)
            .OrderByDescending(rule => rule.Subject.IsExact)
            .ThenByDescending(rule => rule.Subject.ToString().Length)
            .ThenBy(rule => rule.Subject.ToString(), StringComparer.Ordinal)
            .ThenBy(rule => rule.Attestor, StringComparer.Ordinal)
            .ThenByDescending(rule => rule.Selectors.Count)
            .ThenBy(rule => rule.Name, StringComparer.Ordinal)
            .ToArray();
        var groups = Of(documents, ApproverGroupDocument.Kind).Select(ApproverGroupDocument.Build).ToFrozenDictionary(g => g.Name, StringComparer.Ordinal);
        return new CatalogueSnapshot(ContentHash.Of(templates.Values, targets.Values, rules, groups.Values), templates, targets, rules)
        {
            ApproverGroups = groups,
        };
    }

    private static IEnumerable<SourceDocument> Of(IReadOnlyList<SourceDocument> documents, DocumentKind kind) => documents.Where(d => d.Kind == kind);

    private static Template Versioned(Template template) => template with { Version = ContentHash.Of(template) };
}
