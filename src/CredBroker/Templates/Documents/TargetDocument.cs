using CredBroker.Templates.Shapes;

namespace CredBroker.Templates.Documents;

/// <summary><c>kind: Target</c>.</summary>
internal static class TargetDocument
{
    public static DocumentKind Kind { get; } = new("Target", isOwned: true, new MapShape(
        new Field("sensitivity", Words.Sensitivities, "How sensitive the target is. One that nobody catalogued is restricted.") { IsRequired = true }));

    public static Target Build(SourceDocument document) =>
        new(document.Name!, document.Text("metadata.owner")!, Words.Value<Sensitivity>(document.Text("spec.sensitivity")!));
}
