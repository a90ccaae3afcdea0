using CredBroker.Templates;

namespace CredBroker.Tokens;

/// <summary>The scopes that capabilities grant.</summary>
public static class TokenScopes
{
    /// <summary>Read scopes, then write scopes, each once and in the template's order.</summary>
    public static IReadOnlyList<string> Of(TokenTemplateBackend backend, Capabilities capabilities)
    {
        var scopes = new List<string>();
        if (capabilities.HasFlag(Capabilities.Read)) scopes.AddRange(backend.ReadScopes);
        if (capabilities.HasFlag(Capabilities.Write)) scopes.AddRange(backend.WriteScopes);
        return [.. scopes.Distinct(StringComparer.Ordinal)];
    }
}
