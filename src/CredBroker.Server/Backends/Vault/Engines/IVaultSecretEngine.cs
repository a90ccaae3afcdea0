using CredBroker.Leases;
using CredBroker.Server.Backends.Vault.Client;

namespace CredBroker.Server.Backends.Vault.Engines;

/// <summary>Asks one kind of secrets engine.</summary>
internal interface IVaultSecretEngine
{
    /// <summary>How far a revocation of what it makes reaches.</summary>
    Revocability Revocability { get; }

    /// <summary>Has a secret made, by one call.</summary>
    /// <exception cref="VaultException">It failed.</exception>
    Task<VaultSecret> MakeAsync(IVaultSecrets secrets, string mount, VaultToken token, TimeSpan ttl, CancellationToken cancellationToken);
}
