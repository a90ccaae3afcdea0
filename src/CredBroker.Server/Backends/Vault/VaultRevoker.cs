using CredBroker.Backends;
using CredBroker.Leases;
using CredBroker.Server.Backends.Vault.Client;

namespace CredBroker.Server.Backends.Vault;

/// <summary>
/// Revokes at Vault, and says that a secret is gone only where Vault has shown that it is. Vault answers a revocation of what it does not know
/// with success, in the wrong namespace as well as after a restored snapshot; so it is looked up before the first one.
/// </summary>
internal sealed partial class VaultRevoker(VaultClusters clusters, TimeProvider time, ILogger<VaultRevoker> logger)
{
    /// <summary>One attempt. Does not throw for what Vault says.</summary>
    public async Task<BackendRevocation> RevokeAsync(Lease lease, VaultHandle handle, IHandleRecord record, CancellationToken cancellationToken)
    {
        if (clusters.Find(handle.Cluster) is not { } cluster)
        {
            LogNoCluster(lease.Id.Value, handle.Cluster);
            return BackendRevocation.Failed;
        }

        var attempt = new VaultRevocation(lease, handle, record, cluster.In(handle.Namespace ?? VaultCluster.Root), cluster.Options.CascadeTime, time);
        try
        {
            var said = await attempt.RunAsync(cancellationToken);
            if (attempt.IsUnconfirmed) LogUnconfirmed(lease.Id.Value, cluster.Name);
            return said;
        }
        catch (VaultException fault)
        {
            LogFailed(lease.Id.Value, fault.Message);
            return fault.IsTransient ? BackendRevocation.Unavailable : BackendRevocation.Failed;
        }
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "{LeaseId} cannot be revoked: the Vault cluster {Cluster} is not configured here any more")]
    private partial void LogNoCluster(string leaseId, string cluster);

    [LoggerMessage(Level = LogLevel.Error, Message = "{LeaseId} is unconfirmed: Vault {Cluster} did not know it when it was to be revoked, though its time had not come. Is its namespace the right one? Was a snapshot restored?")]
    private partial void LogUnconfirmed(string leaseId, string cluster);

    [LoggerMessage(Level = LogLevel.Warning, Message = "{LeaseId} is not revoked yet: {Detail}")]
    private partial void LogFailed(string leaseId, string detail);
}
