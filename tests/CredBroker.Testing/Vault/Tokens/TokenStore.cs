using System.Security.Cryptography;
using System.Text;
using CredBroker.Testing.Vault.Http;
using CredBroker.Testing.Vault.Leases;

namespace CredBroker.Testing.Vault.Tokens;

/// <summary>Tokens: made, used, renewed, and revoked with all that hangs on them.</summary>
internal sealed class TokenStore(VaultStorage storage, RevocationQueue queue, VaultNamespaces namespaces, VaultDoubleSettings settings)
{
    private const int HashLength = 32;

    private DateTimeOffset Now => settings.Time.GetUtcNow();

    /// <summary>Stores a token of a draft that has no id yet.</summary>
    public TokenEntry Add(TokenEntry draft, string? id = null)
    {
        id ??= namespaces.Name(draft.Namespace, (draft.IsBatch ? "hvb." : "hvs.") + VaultSecretText.Random());
        // The lease says no more of the token than a hash.
        var hash = "h" + Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(id)))[..HashLength];
        var token = draft with
        {
            Id = id,
            Accessor = draft.IsBatch ? "" : namespaces.Name(draft.Namespace, VaultSecretText.Random()),
            LeaseId = namespaces.Name(draft.Namespace, $"{draft.Path}/{hash}"),
        };
        storage.Put(token);
        return token;
    }

    /// <summary>A token that is good now.</summary>
    public TokenEntry? Find(string? id) => id is not null && storage.FindToken(id) is { } token && IsGood(token) ? token : null;

    /// <summary>By its accessor, in the namespace that it is of.</summary>
    /// <exception cref="VaultRefusal">500: it is of another namespace.</exception>
    public TokenEntry? FindAccessor(string space, string accessor)
    {
        if (namespaces.SpaceOf(accessor) != space) throw VaultRefusal.Internal("cannot lookup token in different namespace");
        return storage.FindAccessor(accessor) is { } token && IsGood(token) ? token : null;
    }

    public TokenEntry? FindLease(string space, string leaseId) => Below(space, leaseId).FirstOrDefault(token => token.LeaseId == leaseId);

    public IReadOnlyList<TokenEntry> Below(string space, string prefix) =>
        [.. storage.Tokens.Where(token => !token.IsBatch && token.Namespace == space && token.LeaseId.StartsWith(prefix, StringComparison.Ordinal))];

    /// <summary>Takes one use from it; null where there was none left.</summary>
    public TokenEntry? Use(TokenEntry token)
    {
        if (token.NumUses == 0) return token;
        lock (storage.Gate)
        {
            if (Find(token.Id) is not { } current) return null;
            var used = current with { NumUses = current.NumUses == 1 ? TokenEntry.UsedUp : current.NumUses - 1 };
            storage.Put(used);
            return used;
        }
    }

    public (TokenEntry Token, TimeSpan Ttl, IReadOnlyList<string> Warnings) Renew(TokenEntry token, TimeSpan? increment)
    {
        if (token.IsBatch) throw VaultRefusal.BadRequest("batch tokens cannot be renewed");
        if (!token.Renewable) throw VaultRefusal.BadRequest("lease is not renewable");
        var wish = token.Period ?? increment ?? token.Ttl;
        var ttl = token.Period is null
            ? VaultTtl.Cut(Now, token.IssuedAt, wish, settings.MaxLeaseTtl, token.RenewalMax)
            : VaultTtl.Cut(Now, token.IssuedAt, wish, token.RenewalMax);
        lock (storage.Gate)
        {
            if (Find(token.Id) is null) throw VaultRefusal.BadRequest("token not found");
            var renewed = token with { ExpiresAt = Now + ttl.Value, RenewedAt = Now, Ttl = ttl.Value };
            storage.Put(renewed);
            return (renewed, ttl.Value, ttl.Warnings);
        }
    }

    /// <summary>
    /// Kills a token and its children at once. Their leases are only queued: that this has come back says nothing of what they opened.
    /// </summary>
    public void Revoke(TokenEntry token)
    {
        foreach (var child in storage.ChildrenOf(token.Id))
            if (storage.FindToken(child) is { } orphaned) Revoke(orphaned);
        var leases = storage.LeasesOf(token.Id).Select(storage.FindLease).OfType<LeaseEntry>().ToArray();
        storage.Remove(token);
        foreach (var lease in leases)
        {
            storage.Put(lease with { ExpiresAt = Now });
            queue.Add(lease);
        }
    }

    private bool IsGood(TokenEntry token) => token.NumUses != TokenEntry.UsedUp && (token.ExpiresAt is null || token.ExpiresAt > Now);
}
