using CredBroker.Leases;
using CredBroker.Server.Backends.Vault.Client;
using CredBroker.Templates;
using CredBroker.Templates.Vault;
using CredBroker.Tokens;
using Microsoft.Extensions.Options;

namespace CredBroker.Server.Backends.Vault;

/// <summary>
/// Finds child tokens of ours whose lease is over or unknown, such as after the store has lost its latest writes, and revokes them. A token of an
/// other issuer is another broker's, and a young one may be of a lease that is just being made.
/// </summary>
internal sealed partial class VaultReconciliation(
    ILeaseStore leases, ITemplateCatalogue catalogue, IOptions<TokenOptions> broker, TimeProvider time, ILogger<VaultReconciliation> logger)
{
    /// <summary>Longer than any lease takes to be made.</summary>
    public static readonly TimeSpan Young = TimeSpan.FromMinutes(15);

    private static readonly TimeSpan PauseBetween = TimeSpan.FromMilliseconds(10);

    /// <summary>Looks at every token of the cluster's namespaces that templates use; returns how many were revoked.</summary>
    /// <exception cref="VaultException">Vault does not answer, or does not allow it.</exception>
    /// <exception cref="RefusedException">The store does not answer: then nothing is taken for lost.</exception>
    public async Task<int> RunAsync(VaultCluster cluster, CancellationToken cancellationToken)
    {
        var revoked = 0;
        foreach (var ns in NamespacesOf(cluster))
        {
            var tokens = cluster.In(ns).Tokens;
            foreach (var accessor in await tokens.ListAccessorsAsync(cancellationToken))
            {
                if (await tokens.LookupAccessorAsync(accessor, cancellationToken) is { } token && await IsLostAsync(token, accessor, cancellationToken))
                {
                    await tokens.RevokeAccessorAsync(accessor, cancellationToken);
                    LogRevoked(cluster.Name, token.Meta[ChildTokens.LeaseNote]);
                    revoked++;
                }

                // It is a walk over everything; nobody waits for its end.
                await Task.Delay(PauseBetween, time, cancellationToken);
            }
        }

        LogDone(cluster.Name, revoked);
        return revoked;
    }

    private List<string?> NamespacesOf(VaultCluster cluster) => [.. catalogue.Current.Templates.Values
        .Select(template => template.Backend).OfType<VaultTemplateBackend>()
        .Where(backend => (backend.Cluster ?? cluster.Name) == cluster.Name)
        .Select(backend => backend.Namespace ?? cluster.Options.Namespace)
        .Append(cluster.Options.Namespace).Distinct(StringComparer.Ordinal)];

    private async Task<bool> IsLostAsync(VaultTokenInfo token, string accessor, CancellationToken cancellationToken)
    {
        if (!token.Meta.TryGetValue(ChildTokens.IssuerNote, out var issuer) || issuer != broker.Value.Issuer) return false;
        if (!token.Meta.TryGetValue(ChildTokens.LeaseNote, out var text) || !LeaseId.TryParse(text, out var id)) return false;
        if (time.GetUtcNow() - token.CreatedAt < Young) return false;
        var lease = await leases.FindAsync(id, cancellationToken);
        if (lease is null || lease.State == LeaseState.Revoked) return true;
        // One that no handle names was made and never recorded; what is being revoked is the queue's.
        return lease.State == LeaseState.Active && lease.BackendHandle is { } handle && VaultHandle.Read(handle).Accessor != accessor;
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Vault {Cluster} had a token of {LeaseId}, which no lease accounts for; it is revoked")]
    private partial void LogRevoked(string cluster, string leaseId);

    [LoggerMessage(Level = LogLevel.Information, Message = "The tokens of Vault {Cluster} were reconciled: {Count} revoked")]
    private partial void LogDone(string cluster, int count);
}
