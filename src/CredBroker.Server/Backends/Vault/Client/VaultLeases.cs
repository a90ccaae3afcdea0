using System.Text.Json.Nodes;

namespace CredBroker.Server.Backends.Vault.Client;

/// <summary><c>sys/leases</c> over HTTP.</summary>
internal sealed class VaultLeases(VaultChannel channel) : IVaultLeases
{
    public async Task<bool> LookupAsync(string leaseId, CancellationToken cancellationToken)
    {
        try
        {
            await channel.SendAsBrokerAsync(Of("lookup", leaseId), cancellationToken);
            return true;
        }
        catch (VaultException fault) when (fault.Failure == VaultFailure.Refused && fault.Says("invalid lease"))
        {
            return false;
        }
    }

    public async Task<TimeSpan> RenewAsync(string leaseId, TimeSpan increment, CancellationToken cancellationToken)
    {
        var call = Of("renew", leaseId);
        call.Body!["increment"] = (long)Math.Ceiling(increment.TotalSeconds);
        return TimeSpan.FromSeconds((await channel.SendAsBrokerAsync(call, cancellationToken)).LeaseDuration);
    }

    // Sync is said always: its documented default and that of the code are not the same.
    public Task RevokeAsync(string leaseId, CancellationToken cancellationToken)
    {
        var call = Of("revoke", leaseId);
        call.Body!["sync"] = true;
        // It takes as long as the database behind it, so it is the mount that is slow, and not the cluster.
        return channel.SendAsBrokerAsync(call with { Lane = LaneOf(leaseId) }, cancellationToken);
    }

    private static VaultCall Of(string what, string leaseId) =>
        new(HttpMethod.Post, $"sys/leases/{what}") { Body = new JsonObject { ["lease_id"] = leaseId }, IsSafe = true };

    // A lease is called as the path that made it, and then by a name of its own.
    private static string LaneOf(string leaseId)
    {
        var end = leaseId.IndexOf("/creds/", StringComparison.Ordinal);
        return $"revoke:{(end > 0 ? leaseId[..end] : leaseId.Split('/', 2)[0])}";
    }
}
