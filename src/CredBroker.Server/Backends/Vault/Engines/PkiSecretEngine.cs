using System.Text.Json;
using System.Text.Json.Nodes;
using CredBroker.Leases;
using CredBroker.Server.Backends.Vault.Client;
using CredBroker.Templates.Vault;

namespace CredBroker.Server.Backends.Vault.Engines;

/// <summary>A certificate with its key: <c>POST &lt;mount&gt;/issue/&lt;role&gt;</c>. Its revocation reaches whoever reads the revocation list.</summary>
internal sealed class PkiSecretEngine(VaultPkiEngine engine) : IVaultSecretEngine
{
    public Revocability Revocability => Revocability.Bounded;

    public async Task<VaultSecret> MakeAsync(IVaultSecrets secrets, string mount, VaultToken token, TimeSpan ttl, CancellationToken cancellationToken)
    {
        var request = new JsonObject { ["common_name"] = engine.CommonName, ["ttl"] = VaultTokens.Seconds(ttl), ["format"] = "pem" };
        if (engine.AltNames.Count > 0) request["alt_names"] = string.Join(',', engine.AltNames);
        if (engine.UriSans.Count > 0) request["uri_sans"] = string.Join(',', engine.UriSans);
        var answer = await secrets.WriteAsync(mount, $"issue/{engine.Role}", request, token, cancellationToken);
        if (answer.DataText("serial_number") is not { Length: > 0 } serial || answer.DataText("private_key") is null)
            throw new VaultException(VaultFailure.Failed, $"{mount}/issue/{engine.Role} answered without certificate and key.");
        var leaseId = answer.LeaseId is { Length: > 0 } lease ? lease : null;
        return new VaultSecret(ValuesOf(answer))
        {
            LeaseId = leaseId,
            RevokePath = leaseId is null ? $"{mount}/revoke" : null,
            Serial = leaseId is null ? serial : null,
            Life = leaseId is null ? null : TimeSpan.FromSeconds(answer.LeaseDuration),
            EndsAt = answer.DataNumber("expiration") is { } end ? DateTimeOffset.FromUnixTimeSeconds(end) : null,
        };
    }

    private static Dictionary<string, string> ValuesOf(VaultBody answer)
    {
        var values = SecretValues.AllOf(answer.Data);
        if (answer.Data is { } data && data.TryGetProperty("ca_chain", out var chain) && chain.ValueKind == JsonValueKind.Array)
            values["ca_chain"] = string.Join('\n', chain.EnumerateArray().Where(one => one.ValueKind == JsonValueKind.String).Select(one => one.GetString()!.Trim()));
        return values;
    }
}
