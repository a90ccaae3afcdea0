using CredBroker.Templates.Shapes;

namespace CredBroker.Templates.Documents;

/// <summary>One kind of document: what it looks like, and what its fields must be to each other.</summary>
internal sealed class DocumentKind
{
    public DocumentKind(string name, bool isOwned, MapShape spec, params IReadOnlyList<Action<SourceDocument>> rules)
    {
        Name = name;
        Rules = rules;
        Shape = new MapShape(
            new Field("apiVersion", new ChoiceShape(Words.ApiVersion), "The version of this format.") { IsRequired = true },
            new Field("kind", new ChoiceShape(name), "What the document is.") { IsRequired = true },
            new Field("metadata", Metadata(isOwned), "Its name and who looks after it.") { IsRequired = true },
            new Field("spec", spec, "What it says.") { IsRequired = true });
    }

    public string Name { get; }

    public MapShape Shape { get; }

    public IReadOnlyList<Action<SourceDocument>> Rules { get; }

    private static MapShape Metadata(bool isOwned) => new(
        new Field("name", Words.Name, "Its name, once among its kind.") { IsRequired = true },
        new Field("owner", Words.Line, "The team or person who looks after it.") { IsRequired = isOwned },
        new Field("description", Words.Prose, "What it is for."));
}
