using CredBroker.Backends;
using CredBroker.Leases;
using CredBroker.Server.Backends.Vault.Client;
using CredBroker.Templates.Vault;
using CredBroker.Tokens;
using Microsoft.Extensions.Options;

namespace CredBroker.Server.Backends.Vault;

/// <summary>Makes the token that a lease's secret will hang on: an orphan, so that it does not die with the broker's login and every lease with it.</summary>
internal sealed partial class ChildTokens(IOptions<TokenOptions> broker, TimeProvider time, ILogger<ChildTokens> logger)
{
    /// <summary>The note by which a token tells which lease it is of.</summary>
    public const string LeaseNote = "credbroker_lease";

    /// <summary>The note by which brokers that share a Vault tell their tokens apart.</summary>
    public const string IssuerNote = "credbroker_issuer";

    private const string TaskNote = "credbroker_task";

    /// <summary>Makes one.</summary>
    /// <exception cref="RefusedException"><see cref="ErrorReason.BackendUnavailable"/>; a token that may have been made is empty, and dies at its TTL.</exception>
    public async Task<Reservation> MakeAsync(Lease lease, VaultTemplateBackend backend, VaultCluster cluster, CancellationToken cancellationToken)
    {
        var ns = backend.Namespace ?? cluster.Options.Namespace;
        var request = new VaultTokenRequest(
            backend.TokenRole ?? cluster.Options.TokenRole,
            lease.ExpiresAt - lease.IssuedAt,
            backend.IsLean ? null : lease.MaxExpiresAt - lease.IssuedAt,
            backend.Policies,
            new Dictionary<string, string>
            {
                [LeaseNote] = lease.Id.Value,
                [TaskNote] = lease.Terms.TaskId.Value,
                [IssuerNote] = broker.Value.Issuer,
            });
        try
        {
            var asked = time.GetUtcNow();
            var child = await cluster.In(ns).Tokens.CreateAsync(request, cancellationToken);
            Check(child, request, backend.IsLean, cluster);
            var handle = new VaultHandle { Cluster = cluster.Name, Namespace = ns, Accessor = child.Accessor };
            return new VaultReservation(handle, backend, child.Token, asked + child.Ttl);
        }
        catch (VaultException fault)
        {
            throw VaultRefusals.Of(fault);
        }
    }

    private void Check(VaultChildToken child, VaultTokenRequest request, bool isLean, VaultCluster cluster)
    {
        var fault = !child.IsOrphan ? "it makes no orphans: set orphan=true"
            : !isLean && child.Accessor is null ? "it makes batch tokens where service tokens are asked for: set token_type=default-service"
            : isLean && child.Accessor is not null ? "it makes service tokens where batch tokens are asked for: set token_type=default-service"
            : child.Ttl <= TimeSpan.Zero ? "its tokens have no life"
            : null;
        if (fault is null) return;
        LogMisfit(request.Role, cluster.Name, fault);
        throw VaultRefusals.Misfit("The token role of Vault is not set up for the broker; its operators have to look.");
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "The token role {Role} of Vault {Cluster} cannot be used: {Fault}")]
    private partial void LogMisfit(string role, string cluster, string fault);
}
