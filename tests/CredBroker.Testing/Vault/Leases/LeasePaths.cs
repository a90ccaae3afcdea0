using System.Text.Json.Nodes;
using CredBroker.Testing.Vault.Http;
using CredBroker.Testing.Vault.Tokens;

namespace CredBroker.Testing.Vault.Leases;

/// <summary>What lies below <c>sys/leases/</c>.</summary>
internal sealed class LeasePaths(LeaseStore leases, TokenStore tokens, VaultDoubleSettings settings)
{
    private const string RevokePrefix = "revoke-prefix/";
    private const string RevokeForce = "revoke-force/";
    private const string LookupPrefix = "lookup/";

    public async Task<VaultReply> AnswerAsync(VaultRequest request, string path) => path switch
    {
        "lookup" when request.IsWrite => Lookup(request),
        "renew" when request.IsWrite => await RenewAsync(request),
        "revoke" when request.IsWrite => await RevokeAsync(request),
        _ when request.IsList && path.StartsWith(LookupPrefix, StringComparison.Ordinal) => List(request.Namespace, path[LookupPrefix.Length..]),
        _ when request.IsWrite && path.StartsWith(RevokePrefix, StringComparison.Ordinal) =>
            await RevokeBelowAsync(request, path[RevokePrefix.Length..], force: false),
        _ when request.IsWrite && path.StartsWith(RevokeForce, StringComparison.Ordinal) =>
            await RevokeBelowAsync(request, path[RevokeForce.Length..], force: true),
        _ => throw VaultRefusal.NotFound(),
    };

    private VaultReply Lookup(VaultRequest request)
    {
        var id = request.Required("lease_id");
        var now = settings.Time.GetUtcNow();
        if (leases.Find(request.Namespace, id) is { } lease) return VaultReply.Data(lease.Describe(now));
        return tokens.FindLease(request.Namespace, id) is { } token
            ? VaultReply.Data(new JsonObject { ["id"] = id, ["path"] = token.Path, ["renewable"] = token.Renewable, ["expire_time"] = token.ExpiresAt?.ToString("O") })
            : throw VaultRefusal.BadRequest("invalid lease");
    }

    private async Task<VaultReply> RenewAsync(VaultRequest request)
    {
        var (lease, warnings) = await leases.RenewAsync(request.Namespace, request.Required("lease_id"), request.Duration("increment"));
        var left = Math.Round((lease.ExpiresAt - settings.Time.GetUtcNow()).TotalSeconds);
        return VaultReply.Secret(lease.Id, lease.Terms.Renewable, TimeSpan.FromSeconds(left), data: null, warnings);
    }

    private async Task<VaultReply> RevokeAsync(VaultRequest request)
    {
        var id = request.Required("lease_id");
        var sync = request.Flag("sync") ?? settings.RevokesInSyncByDefault;
        if (leases.Find(request.Namespace, id) is { } lease)
        {
            if (sync) await leases.RevokeAsync(lease);
            else leases.RevokeLazily(lease);
        }
        else if (tokens.FindLease(request.Namespace, id) is { } token)
        {
            tokens.Revoke(token);
        }

        // Whether there was anything to revoke is not told.
        return sync ? VaultReply.NoContent : VaultReply.Accepted;
    }

    private VaultReply List(string space, string prefix)
    {
        var folder = prefix.Length == 0 ? "" : prefix.TrimEnd('/') + "/";
        var ids = leases.Below(space, folder).Select(lease => lease.Id)
            .Concat(tokens.Below(space, folder).Select(token => token.LeaseId));
        string[] keys = [.. ids.Select(id => id[folder.Length..]).Select(rest => rest.Contains('/') ? rest[..(rest.IndexOf('/') + 1)] : rest).Distinct().Order(StringComparer.Ordinal)];
        if (keys.Length == 0) throw VaultRefusal.NotFound();
        return VaultReply.Data(new JsonObject { ["keys"] = new JsonArray([.. keys.Select(key => JsonValue.Create(key))]) });
    }

    private async Task<VaultReply> RevokeBelowAsync(VaultRequest request, string prefix, bool force)
    {
        var sync = force || (request.Flag("sync") ?? true);
        // Without a slash it is a folder all the same, as long as it is not one lease.
        var folder = leases.Find(request.Namespace, prefix) is null && tokens.FindLease(request.Namespace, prefix) is null ? prefix.TrimEnd('/') + "/" : prefix;
        foreach (var token in tokens.Below(request.Namespace, folder)) tokens.Revoke(token);
        foreach (var lease in leases.Below(request.Namespace, folder))
        {
            if (sync) await leases.RevokeAsync(lease, force);
            else leases.RevokeLazily(lease);
        }

        return sync ? VaultReply.NoContent : VaultReply.Accepted;
    }
}
