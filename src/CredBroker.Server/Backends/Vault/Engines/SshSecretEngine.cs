using System.Security.Cryptography;
using System.Text.Json.Nodes;
using CredBroker.Leases;
using CredBroker.Server.Backends.Vault.Client;
using CredBroker.Templates.Vault;

namespace CredBroker.Server.Backends.Vault.Engines;

/// <summary>
/// An SSH user certificate: <c>POST &lt;mount&gt;/sign/&lt;role&gt;</c>. The key is made here, for this lease alone, so Vault never sees it. A certificate
/// cannot be taken back; it ends by its own date.
/// </summary>
internal sealed class SshSecretEngine(VaultSshEngine engine) : IVaultSecretEngine
{
    public Revocability Revocability => Revocability.None;

    public async Task<VaultSecret> MakeAsync(IVaultSecrets secrets, string mount, VaultToken token, TimeSpan ttl, CancellationToken cancellationToken)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var publicKey = SshKey.PublicLine(key);
        var request = new JsonObject
        {
            ["public_key"] = publicKey,
            ["cert_type"] = "user",
            ["valid_principals"] = string.Join(',', engine.Principals),
            ["ttl"] = VaultTokens.Seconds(ttl),
        };
        var answer = await secrets.WriteAsync(mount, $"sign/{engine.Role}", request, token, cancellationToken);
        if (answer.DataText("signed_key") is not { Length: > 0 } signed)
            throw new VaultException(VaultFailure.Failed, $"{mount}/sign/{engine.Role} answered without certificate.");
        var values = SecretValues.AllOf(answer.Data);
        values["private_key"] = key.ExportPkcs8PrivateKeyPem();
        values["public_key"] = publicKey;
        return new VaultSecret(values) { EndsAt = SshKey.ReadEnd(signed) };
    }
}
