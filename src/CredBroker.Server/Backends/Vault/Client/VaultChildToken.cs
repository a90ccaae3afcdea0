namespace CredBroker.Server.Backends.Vault.Client;

/// <summary>A token that the broker has made.</summary>
/// <param name="Token">The token.</param>
/// <param name="Accessor">What revokes it without knowing it; null for a batch token.</param>
/// <param name="Ttl">How long Vault lets it live.</param>
/// <param name="IsOrphan">Whether it outlives the login by which it was made.</param>
internal sealed record VaultChildToken(VaultToken Token, string? Accessor, TimeSpan Ttl, bool IsOrphan);
