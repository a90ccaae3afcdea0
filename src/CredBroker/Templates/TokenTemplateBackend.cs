namespace CredBroker.Templates;

/// <summary>A token that the broker itself signs (<c>backend: { token: … }</c>).</summary>
/// <param name="Audience">The single <c>aud</c> of the token.</param>
/// <param name="ReadScopes">Scopes that <c>read</c> grants.</param>
/// <param name="WriteScopes">Scopes that <c>write</c> grants.</param>
public sealed record TokenTemplateBackend(
    string Audience,
    IReadOnlyList<string> ReadScopes,
    IReadOnlyList<string> WriteScopes) : TemplateBackend(BackendNames.Token);
