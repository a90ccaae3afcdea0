namespace CredBroker.Server.Backends.Vault.Client;

/// <summary>
/// What the broker uses of Vault, in one namespace of one cluster, by the names of Vault's API. A library that speaks that API could
/// stand behind it. Every call throws <see cref="VaultException"/>.
/// </summary>
internal interface IVaultClient
{
    /// <summary><c>auth/token</c>.</summary>
    IVaultTokens Tokens { get; }

    /// <summary><c>sys/leases</c>.</summary>
    IVaultLeases Leases { get; }

    /// <summary>Secrets engines.</summary>
    IVaultSecrets Secrets { get; }
}
