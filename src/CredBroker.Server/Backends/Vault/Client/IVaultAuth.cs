using System.Text.Json.Nodes;

namespace CredBroker.Server.Backends.Vault.Client;

/// <summary><c>auth/…/login</c> and what a token may ask about itself.</summary>
internal interface IVaultAuth
{
    /// <summary><c>auth/&lt;mount&gt;/login</c>.</summary>
    Task<VaultLogin> LoginAsync(string mount, JsonObject credentials, CancellationToken cancellationToken);

    /// <summary><c>auth/token/lookup-self</c>.</summary>
    Task<VaultLogin> LookupSelfAsync(VaultToken token, CancellationToken cancellationToken);

    /// <summary><c>auth/token/renew-self</c>.</summary>
    Task<VaultLogin> RenewSelfAsync(VaultToken token, CancellationToken cancellationToken);
}
