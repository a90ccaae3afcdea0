using CredBroker.Testing.Vault.Engines;
using CredBroker.Testing.Vault.Http;
using CredBroker.Testing.Vault.Tokens;

namespace CredBroker.Testing.Vault.Leases;

/// <summary>Leases of secrets: registered, renewed within their maxima, revoked at once or by and by.</summary>
internal sealed class LeaseStore(VaultStorage storage, RevocationQueue queue, VaultNamespaces namespaces, VaultDoubleSettings settings)
{
    /// <summary>
    /// Registers a lease for what a token was given. The token is as it was when its request came in: one that has been revoked
    /// meanwhile stops nothing, and the lease then lives for as long as its role says.
    /// </summary>
    public (LeaseEntry Lease, IReadOnlyList<string> Warnings) Register(VaultRequest request, ISecretEngine engine, SecretTerms terms, TokenEntry token)
    {
        var now = settings.Time.GetUtcNow();
        var ttl = VaultTtl.Cut(now, now, terms.Ttl ?? settings.DefaultLeaseTtl, settings.MaxLeaseTtl, terms.MaxTtl);
        var end = now + ttl.Value;
        if (token.IsBatch && token.ExpiresAt < end) end = token.ExpiresAt.Value;
        var lease = new LeaseEntry
        {
            Id = namespaces.Name(request.Namespace, $"{request.Path}/{VaultSecretText.Random()}"),
            Namespace = request.Namespace,
            Path = request.Path,
            Token = token.IsBatch ? token.Parent : token.Id,
            TokenExpiresAt = token.IsBatch ? token.ExpiresAt : null,
            Engine = engine,
            Terms = token.IsBatch ? terms with { Renewable = false } : terms,
            IssuedAt = now,
            ExpiresAt = end,
        };
        storage.Put(lease);
        return (lease, ttl.Warnings);
    }

    /// <summary>Finds one of a namespace; those of others are not there.</summary>
    public LeaseEntry? Find(string space, string id) => storage.FindLease(id) is { } lease && lease.Namespace == space ? lease : null;

    public async Task<(LeaseEntry Lease, IReadOnlyList<string> Warnings)> RenewAsync(string space, string id, TimeSpan? increment)
    {
        var now = settings.Time.GetUtcNow();
        var lease = Find(space, id) ?? throw VaultRefusal.BadRequest("lease not found");
        if (lease.IsIrrevocable) throw VaultRefusal.BadRequest("lease is expired and has failed previous revocation attempts");
        if (lease.ExpiresAt <= now) throw VaultRefusal.BadRequest("lease expired");
        if (!lease.Terms.Renewable) throw VaultRefusal.BadRequest("lease is not renewable");
        var ttl = VaultTtl.Cut(now, lease.IssuedAt, increment ?? lease.Terms.Ttl ?? settings.DefaultLeaseTtl, settings.MaxLeaseTtl, lease.Terms.MaxTtl);
        var renewed = lease with { ExpiresAt = now + ttl.Value, RenewedAt = now };
        await lease.Engine.RenewAsync(renewed, renewed.ExpiresAt);
        lock (storage.Gate)
        {
            if (storage.FindLease(id) is null) throw VaultRefusal.BadRequest("lease not found");
            storage.Put(renewed);
        }

        return (renewed, ttl.Warnings);
    }

    /// <summary>Revokes it before it answers; one that is not there is nothing to revoke.</summary>
    /// <exception cref="VaultRefusal">400: the engine failed, and the lease stands.</exception>
    public async Task RevokeAsync(LeaseEntry lease, bool force = false)
    {
        try
        {
            await lease.Engine.RevokeAsync(lease);
        }
        catch (VaultRefusal refusal) when (force)
        {
            // The credential is abandoned: that is what force means.
            _ = refusal;
        }
        catch (VaultRefusal refusal)
        {
            throw VaultRefusal.BadRequest($"failed to revoke entry: resp: (*logical.Response)(nil) err: {refusal.Message}");
        }

        storage.Remove(lease);
    }

    /// <summary>Makes it expire now.</summary>
    public void RevokeLazily(LeaseEntry lease)
    {
        lock (storage.Gate)
        {
            if (storage.FindLease(lease.Id) is not { } current) return;
            storage.Put(current with { ExpiresAt = settings.Time.GetUtcNow() });
        }

        queue.Add(lease);
    }

    public IReadOnlyList<LeaseEntry> Below(string space, string prefix) =>
        [.. storage.Leases.Where(lease => lease.Namespace == space && lease.Id.StartsWith(prefix, StringComparison.Ordinal))];
}
