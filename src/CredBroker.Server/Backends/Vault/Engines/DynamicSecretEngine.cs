using System.Globalization;
using CredBroker.Leases;
using CredBroker.Server.Backends.Vault.Client;
using CredBroker.Templates.Vault;

namespace CredBroker.Server.Backends.Vault.Engines;

/// <summary>Credentials made on demand: <c>GET &lt;mount&gt;/creds/&lt;role&gt;</c>.</summary>
internal sealed class DynamicSecretEngine(VaultDynamicEngine engine) : IVaultSecretEngine
{
    public Revocability Revocability => engine.CanRevoke ? Revocability.Instant : Revocability.Bounded;

    public async Task<VaultSecret> MakeAsync(IVaultSecrets secrets, string mount, VaultToken token, TimeSpan ttl, CancellationToken cancellationToken)
    {
        // What will not be taken back must not live longer than the lease; engines that can be told so take it here.
        var wish = engine.CanRevoke ? "" : string.Create(CultureInfo.InvariantCulture, $"?ttl={(long)ttl.TotalSeconds}s");
        var answer = await secrets.ReadAsync(mount, $"creds/{engine.Role}{wish}", token, cancellationToken);
        if (answer.LeaseId is not { Length: > 0 } leaseId) throw new VaultException(VaultFailure.Failed, $"{mount}/creds/{engine.Role} makes no leases: it is no dynamic engine.");
        return new VaultSecret(SecretValues.AllOf(answer.Data)) { LeaseId = leaseId, Life = TimeSpan.FromSeconds(answer.LeaseDuration) };
    }
}
