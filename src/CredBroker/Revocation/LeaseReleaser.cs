using CredBroker.Leases;
using CredBroker.Tasks;

namespace CredBroker.Revocation;

/// <summary>Takes a credential back before its time because its holder says so.</summary>
public sealed class LeaseReleaser(TaskGate gate, ILeaseStore store, LeaseRevoker revoker)
{
    /// <summary>Revokes a lease of the token's own task; releasing it again changes nothing. Returns it as it stands then.</summary>
    /// <exception cref="RefusedException"><see cref="ErrorReason.TaskTokenInvalid"/> or <see cref="ErrorReason.LeaseNotFound"/>.</exception>
    public async Task<Lease> ReleaseAsync(TaskToken token, LeaseId leaseId, CancellationToken cancellationToken)
    {
        var task = await gate.ReadAsync(token, cancellationToken);
        var lease = leaseId.Bucket == task.Id.Bucket ? await store.FindAsync(leaseId, cancellationToken) : null;
        if (lease is null || lease.Terms.TaskId != task.Id) throw new RefusedException(ErrorReason.LeaseNotFound, "There is no such lease.");
        var changed = await revoker.RevokeAsync([lease], EndReason.Released, RevocationPriority.TaskEnd, onlyIfDue: false, cancellationToken);
        return changed.Count > 0 ? changed[0] : await store.FindAsync(leaseId, cancellationToken) ?? lease;
    }
}
