using System.Text.Json;
using CredBroker.Leases;
using CredBroker.Server.Backends.Vault.Client;
using CredBroker.Templates.Vault;

namespace CredBroker.Server.Backends.Vault.Engines;

/// <summary>A stored secret: <c>GET &lt;mount&gt;/data/&lt;path&gt;</c>. Nothing is made, so nothing dies with the lease unless there is a rotation.</summary>
internal sealed class KvSecretEngine(VaultKvEngine engine) : IVaultSecretEngine
{
    public Revocability Revocability => engine.Rotation is null ? Revocability.None : Revocability.Instant;

    public async Task<VaultSecret> MakeAsync(IVaultSecrets secrets, string mount, VaultToken token, TimeSpan ttl, CancellationToken cancellationToken)
    {
        var answer = await secrets.ReadAsync(mount, $"data/{engine.Path}", token, cancellationToken);
        if (answer.Data is not { ValueKind: JsonValueKind.Object } data || !data.TryGetProperty("data", out var stored) || stored.ValueKind != JsonValueKind.Object)
            throw new VaultException(VaultFailure.Failed, $"{mount}/data/{engine.Path} holds no secret of KV version 2.");
        return new VaultSecret(SecretValues.AllOf(stored)) { RevokePath = engine.Rotation };
    }
}
