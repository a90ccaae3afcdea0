using CredBroker.Testing.Vault.Http;
using CredBroker.Testing.Vault.Leases;

namespace CredBroker.Testing.Vault.Engines;

/// <summary>What is mounted at a path and makes secrets.</summary>
internal interface ISecretEngine
{
    /// <summary>Answers a request below its mount.</summary>
    /// <exception cref="VaultRefusal">It does not do that, or what lies behind it failed.</exception>
    Task<EngineReply> AnswerAsync(VaultRequest request);

    /// <summary>Makes a secret last until then.</summary>
    /// <exception cref="VaultRefusal">What lies behind it failed.</exception>
    Task RenewAsync(LeaseEntry lease, DateTimeOffset expiresAt);

    /// <summary>Destroys a secret. Asked twice it does no harm.</summary>
    /// <exception cref="VaultRefusal">What lies behind it failed.</exception>
    Task RevokeAsync(LeaseEntry lease);
}
