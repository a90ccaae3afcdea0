using CredBroker.Templates.Shapes;

namespace CredBroker.Templates.Documents.Backends;

/// <summary>The kinds of backend that a template may name.</summary>
internal static class BackendDocuments
{
    private static readonly IReadOnlyList<BackendDocument> All = [new TokenBackendDocument(), new VaultBackendDocument()];

    public static MapShape Shape { get; } = new([.. All.Select(kind => kind.Field)]) { IsChoice = true };

    public static void Check(SourceDocument document)
    {
        foreach (var kind in All.Where(kind => document.Has(kind.Path))) kind.Check(document);
    }

    public static TemplateBackend Build(SourceDocument document) => All.Single(kind => document.Has(kind.Path)).Build(document);

    public static BackendDocument Of(TemplateBackend backend) => All.FirstOrDefault(kind => kind.Field.Name == backend.Name)
        ?? throw new NotSupportedException($"Backend {backend.Name} has no canonical form.");
}
