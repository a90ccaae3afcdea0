namespace CredBroker.Templates.Vault;

/// <summary>A certificate with its key: <c>&lt;mount&gt;/issue/&lt;role&gt;</c>.</summary>
/// <param name="Role">The engine's role.</param>
/// <param name="CommonName">The common name.</param>
/// <param name="AltNames">Further DNS names or mail addresses.</param>
/// <param name="UriSans">Further names that are URIs.</param>
public sealed record VaultPkiEngine(string Role, string CommonName, IReadOnlyList<string> AltNames, IReadOnlyList<string> UriSans) : VaultEngine;
