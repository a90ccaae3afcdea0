namespace CredBroker.Server.Backends.Vault.Client;

/// <summary>Asks for a token by a token role.</summary>
/// <param name="Role">The token role; it has to make orphans.</param>
/// <param name="Ttl">How long the token lives unless renewed.</param>
/// <param name="ExplicitMaxTtl">How long it lives at the most; null for a batch token, which has nothing but its TTL.</param>
/// <param name="Policies">Its policies; none = those of the role.</param>
/// <param name="Meta">What is told of it to whoever looks it up, and to Vault's audit.</param>
internal sealed record VaultTokenRequest(
    string Role, TimeSpan Ttl, TimeSpan? ExplicitMaxTtl, IReadOnlyList<string> Policies, IReadOnlyDictionary<string, string> Meta);
