using System.Text.Json;
using CredBroker.Templates.Shapes;

namespace CredBroker.Templates.Documents.Backends;

/// <summary>How one kind of backend is written below <c>spec.backend</c>.</summary>
internal abstract class BackendDocument
{
    /// <summary>The field, by the backend's name.</summary>
    public abstract Field Field { get; }

    /// <summary>Its path in a template.</summary>
    public string Path => $"spec.backend.{Field.Name}";

    /// <summary>Reports what its fields must be to each other and to the rest of the template.</summary>
    public abstract void Check(SourceDocument document);

    /// <summary>Reads one without faults.</summary>
    public abstract TemplateBackend Build(SourceDocument document);

    /// <summary>Writes its canonical form for the content hash.</summary>
    public abstract void Write(Utf8JsonWriter json, TemplateBackend backend);
}
