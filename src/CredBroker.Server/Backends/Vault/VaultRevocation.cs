using System.Text.Json.Nodes;
using CredBroker.Backends;
using CredBroker.Leases;
using CredBroker.Server.Backends.Vault.Client;

namespace CredBroker.Server.Backends.Vault;

/// <summary>One attempt to revoke one lease, by what its handle says.</summary>
internal sealed class VaultRevocation(
    Lease lease, VaultHandle handle, IHandleRecord record, IVaultClient vault, TimeSpan cascadeTime, TimeProvider time)
{
    private VaultHandle _handle = handle;

    /// <summary>Vault did not know the thing before its time, so nothing that it says can confirm its end.</summary>
    public bool IsUnconfirmed { get; private set; }

    /// <exception cref="VaultException">A call failed; what was revoked until then stays revoked.</exception>
    public Task<BackendRevocation> RunAsync(CancellationToken cancellationToken)
    {
        if (_handle.LeaseId is { } leaseId) return RevokeLeaseAsync(leaseId, cancellationToken);
        if (_handle.RevokePath is { } path) return RevokeByPathAsync(path, cancellationToken);
        // A batch token has nothing to be revoked by; it dies at its TTL, and what hangs on it with it.
        if (_handle.Accessor is not { } accessor) return Task.FromResult(BackendRevocation.NotRevocable);
        return lease.Terms.Revocability == Revocability.None ? StopAsync(accessor, cancellationToken) : RevokeTokenAsync(accessor, cancellationToken);
    }

    /// <summary>By its time Vault has ended by itself whatever there was.</summary>
    private bool IsPast => lease.EndReason == EndReason.Expired || time.GetUtcNow() >= lease.ExpiresAt;

    /// <summary>Token, then lease, then a look whether it is gone.</summary>
    private async Task<BackendRevocation> RevokeLeaseAsync(string leaseId, CancellationToken cancellationToken)
    {
        if (_handle.WasKnown != true)
        {
            var isKnown = await vault.Leases.LookupAsync(leaseId, cancellationToken);
            if (!isKnown && _handle.WasKnown is null && IsPast) return await StopAsync(_handle.Accessor, BackendRevocation.Confirmed, cancellationToken);
            if (_handle.WasKnown != isKnown && !await NoteAsync(_handle with { WasKnown = isKnown }, cancellationToken)) return BackendRevocation.Failed;
        }

        var tokenFault = await TryRevokeTokenAsync(cancellationToken);
        await vault.Leases.RevokeAsync(leaseId, cancellationToken);
        var isGone = !await vault.Leases.LookupAsync(leaseId, cancellationToken);
        if (tokenFault is not null) throw tokenFault;
        IsUnconfirmed = isGone && _handle.WasKnown != true;
        if (!isGone || IsUnconfirmed) return BackendRevocation.Failed;
        return _handle.Outlives ? BackendRevocation.NotRevocable : BackendRevocation.Confirmed;
    }

    /// <summary>A certificate goes onto the revocation list, a stored secret is rotated: both by writing to a path.</summary>
    private async Task<BackendRevocation> RevokeByPathAsync(string path, CancellationToken cancellationToken)
    {
        var tokenFault = await TryRevokeTokenAsync(cancellationToken);
        var body = new JsonObject();
        if (_handle.Serial is { } serial) body["serial_number"] = serial;
        await vault.Secrets.WriteAsync(path, body, cancellationToken);
        return tokenFault is null ? BackendRevocation.Confirmed : throw tokenFault;
    }

    /// <summary>
    /// The secret was never recorded, and perhaps never made: only its token is known. Vault revokes what hangs on it behind our back; nobody can
    /// ask for that by name, so it is given time.
    /// </summary>
    private async Task<BackendRevocation> RevokeTokenAsync(string accessor, CancellationToken cancellationToken)
    {
        var isKnown = await vault.Tokens.LookupAccessorAsync(accessor, cancellationToken) is not null;
        if (!isKnown && IsPast) return BackendRevocation.Confirmed;
        if (!isKnown && _handle.CascadedAt is { } at)
            return time.GetUtcNow() >= DateTimeOffset.FromUnixTimeSeconds(at) + cascadeTime ? BackendRevocation.Confirmed : BackendRevocation.UnderWay;
        if (_handle.WasKnown != true && _handle.WasKnown != isKnown && !await NoteAsync(_handle with { WasKnown = isKnown }, cancellationToken))
            return BackendRevocation.Failed;
        await vault.Tokens.RevokeAccessorAsync(accessor, cancellationToken);
        IsUnconfirmed = _handle.WasKnown != true;
        if (IsUnconfirmed) return BackendRevocation.Failed;
        await NoteAsync(_handle with { CascadedAt = time.GetUtcNow().ToUnixTimeSeconds() }, cancellationToken);
        return BackendRevocation.UnderWay;
    }

    /// <summary>What was made cannot be revoked; its token can, so that nothing more is made with it. What never left the broker needs no more.</summary>
    private Task<BackendRevocation> StopAsync(string accessor, CancellationToken cancellationToken) => StopAsync(
        accessor, lease.EndReason == EndReason.Abandoned ? BackendRevocation.Confirmed : BackendRevocation.NotRevocable, cancellationToken);

    private async Task<BackendRevocation> StopAsync(string? accessor, BackendRevocation then, CancellationToken cancellationToken)
    {
        if (accessor is not null) await vault.Tokens.RevokeAccessorAsync(accessor, cancellationToken);
        return then;
    }

    /// <summary>A token that cannot be revoked must not keep the secret alive: that is revoked all the same, and the fault told afterwards.</summary>
    private async Task<VaultException?> TryRevokeTokenAsync(CancellationToken cancellationToken)
    {
        if (_handle.Accessor is not { } accessor) return null;
        try
        {
            await vault.Tokens.RevokeAccessorAsync(accessor, cancellationToken);
            return null;
        }
        catch (VaultException fault)
        {
            // Half done: the token is gone, and what hung on it is asked for by name.
            return fault.Says("token not found") ? null : fault;
        }
    }

    private async Task<bool> NoteAsync(VaultHandle found, CancellationToken cancellationToken)
    {
        if (!await record.RecordAsync(found.Write(), cancellationToken)) return false;
        _handle = found;
        return true;
    }
}
