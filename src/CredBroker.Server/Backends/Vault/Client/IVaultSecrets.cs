using System.Text.Json.Nodes;

namespace CredBroker.Server.Backends.Vault.Client;

/// <summary>Secrets engines. Reading most of them makes something each time, so nothing here is ever tried again.</summary>
internal interface IVaultSecrets
{
    /// <summary>Reads with a child token.</summary>
    Task<VaultBody> ReadAsync(string mount, string path, VaultToken token, CancellationToken cancellationToken);

    /// <summary>Writes with a child token.</summary>
    Task<VaultBody> WriteAsync(string mount, string path, JsonObject body, VaultToken token, CancellationToken cancellationToken);

    /// <summary>Writes as the broker.</summary>
    Task<VaultBody> WriteAsync(string path, JsonObject body, CancellationToken cancellationToken);

    /// <summary>Reads a role of an engine as the broker; null where there is none, or where the broker may not.</summary>
    Task<VaultBody?> ReadRoleAsync(string mount, string role, CancellationToken cancellationToken);
}
