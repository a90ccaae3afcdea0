using CredBroker.Templates.Yaml;

namespace CredBroker.Templates.Documents;

/// <summary>The kinds of document that this version reads.</summary>
internal static class DocumentKinds
{
    public static IReadOnlyList<DocumentKind> All { get; } = [TargetDocument.Kind, TemplateDocument.Kind, WorkloadRuleDocument.Kind, ApproverGroupDocument.Kind];

    /// <summary>Finds a document's kind and checks it; null, and a fault, where it has none.</summary>
    public static SourceDocument? Read(YamlDocument document) => Read(document, All);

    /// <summary>The same among other kinds.</summary>
    public static SourceDocument? Read(YamlDocument document, IReadOnlyList<DocumentKind> kinds)
    {
        if (document.Root is not YamlMap root)
        {
            if (document.Root is not YamlFaulty) document.Faults.Add(document.Root.Line, "document", "must be a mapping");
            return null;
        }

        var entry = root.Find("kind");
        var kind = kinds.FirstOrDefault(k => k.Name == (entry?.Value as YamlScalar)?.Text);
        if (kind is null)
        {
            var names = string.Join(", ", kinds.Select(k => k.Name));
            document.Faults.Add(entry?.Line ?? root.Line, "kind", entry is null ? $"is missing; known: {names}" : $"is not known; known: {names}");
            return null;
        }

        var source = new SourceDocument(kind, root, document.Faults);
        source.Check();
        return source;
    }
}
