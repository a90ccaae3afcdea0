namespace CredBroker.Templates.Documents;

/// <summary>What the documents of a set must be to each other.</summary>
internal static class SetRules
{
    public static void Check(IReadOnlyList<SourceDocument> documents)
    {
        NamesAreUnique(documents);
        MatchesAreUnique(documents);
        SensitivityIsOnlyRaised(documents);
    }

    /// <summary>Asks whether the templates of a good set can be used where they are.</summary>
    public static void CheckPlace(IReadOnlyList<SourceDocument> documents, CatalogueSnapshot snapshot, IReadOnlyList<ITemplateCheck> checks)
    {
        foreach (var document in documents.Where(d => d.Kind == TemplateDocument.Kind))
            foreach (var fault in checks.SelectMany(check => check.Check(snapshot.Templates[document.Name!])))
                document.Refuse(fault.Field, fault.Description);
    }

    /// <summary>What a template's sensitivity comes to: the higher of its target's and its own.</summary>
    public static Sensitivity Resolve(SourceDocument template, IReadOnlyDictionary<string, Target> targets)
    {
        var target = targets.TryGetValue(template.Text("spec.target")!, out var known) ? known.Sensitivity : Sensitivity.Restricted;
        return template.Word<Sensitivity>("spec.sensitivity") is { } own && own > target ? own : target;
    }

    private static void NamesAreUnique(IReadOnlyList<SourceDocument> documents)
    {
        var first = new Dictionary<(string Kind, string Name), SourceDocument>();
        foreach (var document in documents)
        {
            if (document.Name is not { } name || first.TryAdd((document.Kind.Name, name), document)) continue;
            document.Refuse("metadata.name", $"there is a {document.Kind.Name} of this name at {first[(document.Kind.Name, name)].Place} already");
        }
    }

    private static void MatchesAreUnique(IReadOnlyList<SourceDocument> documents)
    {
        var first = new Dictionary<(string Attestor, string Subject), SourceDocument>();
        foreach (var document in documents.Where(d => d.Kind == WorkloadRuleDocument.Kind))
        {
            if (document.Text("spec.match.attestor") is not { } attestor || document.Text("spec.match.subject") is not { } subject) continue;
            if (!first.TryAdd((attestor, subject), document))
                document.Refuse("spec.match", $"the rule at {first[(attestor, subject)].Place} matches the same attestor and subject already");
        }
    }

    private static void SensitivityIsOnlyRaised(IReadOnlyList<SourceDocument> documents)
    {
        var targets = documents.Where(d => d.Kind == TargetDocument.Kind && d.Name is not null).ToLookup(d => d.Name!, StringComparer.Ordinal);
        foreach (var template in documents.Where(d => d.Kind == TemplateDocument.Kind))
        {
            if (template.Word<Sensitivity>("spec.sensitivity") is not { } own || template.Text("spec.target") is not { } name) continue;
            var known = targets[name].FirstOrDefault();
            // A target whose own sensitivity is at fault says nothing about the template's.
            if (known is not null && known.Word<Sensitivity>("spec.sensitivity") is null) continue;
            var least = known?.Word<Sensitivity>("spec.sensitivity") ?? Sensitivity.Restricted;
            if (own < least)
                template.Refuse("spec.sensitivity", known is null
                    ? "there is no Target document for spec.target, so it is restricted; a template can only raise that"
                    : $"a template can only raise its target's sensitivity; see {known.Place}");
        }
    }
}
