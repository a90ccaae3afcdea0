using System.Text.Json;
using CredBroker.Templates.Shapes;

namespace CredBroker.Templates.Documents.Backends;

/// <summary><c>backend: { token: … }</c>.</summary>
internal sealed class TokenBackendDocument : BackendDocument
{
    private const string Scopes = $"spec.backend.{BackendNames.Token}.scopes";

    private static readonly IReadOnlyList<(string Word, Capabilities Capability)> Granting =
        [("read", Capabilities.Read), ("write", Capabilities.Write)];

    private static readonly MapShape ScopeMap = new(
        new Field("read", new ListShape(Words.Scope) { Least = 1 }, "Scopes that read grants, in order."),
        new Field("write", new ListShape(Words.Scope) { Least = 1 }, "Scopes that write grants, in order."));

    private static readonly MapShape Shape = new(
        new Field("audience", Words.Audience, "The single aud of the token: the service that accepts it.") { IsRequired = true },
        new Field("format", new ChoiceShape("jwt") { Unsupported = ["opaque"] }, "The form of the token.") { Default = "jwt" },
        new Field("scopes", ScopeMap, "Scopes by capability. A capability without any grants none."));

    public override Field Field { get; } = new(BackendNames.Token, Shape, "A token that the broker itself signs.");

    public override void Check(SourceDocument document)
    {
        var offered = TemplateDocument.CapabilitiesOf(document);
        if (offered == Capabilities.None) return;
        foreach (var (word, capability) in Granting)
            if (!offered.HasFlag(capability) && document.Has($"{Scopes}.{word}"))
                document.Refuse($"{Scopes}.{word}", $"scopes for a capability that is not offered; add {word} to spec.capabilities or take them out");
    }

    public override TemplateBackend Build(SourceDocument document) => new TokenTemplateBackend(
        document.Text($"{Path}.audience")!, document.List($"{Scopes}.read"), document.List($"{Scopes}.write"));

    public override void Write(Utf8JsonWriter json, TemplateBackend backend)
    {
        var token = (TokenTemplateBackend)backend;
        json.WriteStringValue(token.Audience);
        ContentHash.WriteAll(json, token.ReadScopes);
        ContentHash.WriteAll(json, token.WriteScopes);
    }
}
