using CredBroker.Backends;
using CredBroker.Leases;
using CredBroker.Server.Backends.Vault.Client;
using CredBroker.Server.Backends.Vault.Engines;
using CredBroker.Tasks;
using CredBroker.Templates;
using CredBroker.Templates.Vault;

namespace CredBroker.Server.Backends.Vault;

/// <summary>
/// Secrets of Vault and OpenBao. Each lease has a child token of its own, an orphan, and its secret is made with that token: so what undoes the
/// lease is stored before there is a secret, and where every broker dies Vault still ends it at its TTL.
/// </summary>
internal sealed partial class VaultBackend(VaultClusters clusters, ChildTokens tokens, VaultRevoker revoker, TimeProvider time, ILogger<VaultBackend> logger)
    : ICredentialBackend
{
    /// <summary>How much later than its lease something may end that cannot be revoked: clocks differ, and the call took a while.</summary>
    private static readonly TimeSpan Slack = TimeSpan.FromSeconds(60);

    private static readonly TimeSpan Noticeable = TimeSpan.FromSeconds(5);

    public string Name => BackendNames.Vault;

    public BackendOffer Describe(Template template, Capabilities capabilities)
    {
        var backend = (VaultTemplateBackend)template.Backend;
        var cluster = Require(backend.Cluster);
        return new BackendOffer(VaultEngines.Of(backend.Engine).Revocability, Audience: null, Scopes: [])
        {
            BackendKey = $"{Name}:{cluster.Name}:{backend.Namespace ?? cluster.Options.Namespace}:{backend.Mount}",
        };
    }

    public async ValueTask<Reservation> ReserveAsync(Lease lease, Template template, CancellationToken cancellationToken)
    {
        var backend = (VaultTemplateBackend)template.Backend;
        return await tokens.MakeAsync(lease, backend, Require(backend.Cluster), cancellationToken);
    }

    public async ValueTask<Minted> MintAsync(
        Lease lease, Reservation reservation, AgentTask task, DateTimeOffset issuedAt, CancellationToken cancellationToken)
    {
        var reserved = (VaultReservation)reservation;
        var engine = VaultEngines.Of(reserved.Backend.Engine);
        var secrets = Require(reserved.Stored.Cluster).In(reserved.Stored.Namespace ?? VaultCluster.Root).Secrets;
        var asked = time.GetUtcNow();
        try
        {
            var secret = await engine.MakeAsync(secrets, reserved.Backend.Mount, reserved.Token, lease.ExpiresAt - lease.IssuedAt, cancellationToken);
            return Take(lease, reserved, secret, asked);
        }
        catch (VaultException fault)
        {
            throw VaultRefusals.Of(fault);
        }
    }

    public async ValueTask<TimeSpan> ExtendAsync(Lease lease, TimeSpan ttl, CancellationToken cancellationToken)
    {
        var handle = HandleOf(lease) ?? throw NotRenewable();
        var client = Require(handle.Cluster).In(handle.Namespace ?? VaultCluster.Root);
        var asked = time.GetUtcNow();
        try
        {
            var granted = ttl;
            // The token first: the secret dies with it.
            if (handle.Accessor is { } accessor) granted = Shorter(granted, await client.Tokens.RenewAccessorAsync(accessor, ttl, cancellationToken));
            if (handle.LeaseId is { } leaseId) granted = Shorter(granted, await client.Leases.RenewAsync(leaseId, ttl, cancellationToken));
            granted -= time.GetUtcNow() - asked;
            return granted > TimeSpan.Zero ? granted : throw NotRenewable();
        }
        catch (VaultException fault)
        {
            LogNotRenewed(lease.Id.Value, fault.Message);
            throw fault.Failure == VaultFailure.Refused ? NotRenewable(fault) : VaultRefusals.Of(fault);
        }
    }

    public ValueTask<Credential?> RenewAsync(Lease lease, AgentTask task, DateTimeOffset renewedAt, CancellationToken cancellationToken) =>
        ValueTask.FromResult<Credential?>(null);

    public async ValueTask<BackendRevocation> RevokeAsync(Lease lease, IHandleRecord record, CancellationToken cancellationToken) =>
        HandleOf(lease) is { } handle ? await revoker.RevokeAsync(lease, handle, record, cancellationToken) : BackendRevocation.Confirmed;

    private Minted Take(Lease lease, VaultReservation reserved, VaultSecret secret, DateTimeOffset asked)
    {
        var outlives = reserved.Backend.Engine is VaultDynamicEngine { CanRevoke: false };
        var handle = reserved.Stored with { LeaseId = secret.LeaseId, RevokePath = secret.RevokePath, Serial = secret.Serial, Outlives = outlives };
        var own = Earlier(secret.EndsAt, asked + secret.Life);
        if ((outlives || lease.Terms.Revocability == Revocability.None) && own > lease.ExpiresAt + Slack)
            throw VaultRefusals.Outliving(reserved.Backend.Mount);
        var end = Earlier(own, reserved.EndsAt)!.Value;
        // A span and not an instant: the store, by whose clock leases end, takes the shorter of what it has promised and this.
        var ttl = end - time.GetUtcNow();
        if (ttl <= TimeSpan.Zero) throw VaultRefusals.Stillborn(reserved.Backend.Mount);
        if (end < lease.ExpiresAt - Noticeable) LogShortened(lease.Id.Value, lease.ExpiresAt - lease.IssuedAt, ttl);
        return new Minted(new SecretCredential(secret.Reveal(), lease.ExpiresAt, lease.Terms.Revocability), handle.Write(), ttl);
    }

    private VaultCluster Require(string? name) => clusters.Find(name)
        ?? throw VaultRefusals.Misfit(name is null ? "No cluster of Vault is configured here." : $"The Vault cluster '{name}' is not configured here.");

    private static VaultHandle? HandleOf(Lease lease) => lease.BackendHandle is { } text ? VaultHandle.Read(text) : null;

    private static RefusedException NotRenewable(Exception? inner = null) => new(ErrorReason.LeaseNotRenewable, "Vault does not let it live longer.", inner);

    private static TimeSpan Shorter(TimeSpan a, TimeSpan b) => a < b ? a : b;

    private static DateTimeOffset? Earlier(DateTimeOffset? a, DateTimeOffset? b) => a is null || b < a ? b : a;

    [LoggerMessage(Level = LogLevel.Warning, Message = "Vault granted {LeaseId} less than its template: {Granted} of {Asked}")]
    private partial void LogShortened(string leaseId, TimeSpan asked, TimeSpan granted);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Vault did not renew {LeaseId}: {Detail}")]
    private partial void LogNotRenewed(string leaseId, string detail);
}
