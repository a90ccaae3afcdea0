namespace CredBroker.Server.Backends.Vault.Client;

/// <summary>The client over HTTP.</summary>
internal sealed class VaultClient(VaultChannel channel) : IVaultClient
{
    public IVaultTokens Tokens { get; } = new VaultTokens(channel);

    public IVaultLeases Leases { get; } = new VaultLeases(channel);

    public IVaultSecrets Secrets { get; } = new VaultSecrets(channel);
}
