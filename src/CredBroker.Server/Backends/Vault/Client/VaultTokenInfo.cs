namespace CredBroker.Server.Backends.Vault.Client;

/// <summary>What Vault tells of a token.</summary>
/// <param name="CreatedAt">When it was made, by Vault's clock.</param>
/// <param name="Meta">What was told of it when it was made.</param>
internal sealed record VaultTokenInfo(DateTimeOffset CreatedAt, IReadOnlyDictionary<string, string> Meta);
