using CredBroker.Leases;
using CredBroker.Tasks;

namespace CredBroker.Issuance;

/// <summary>Finds the lease that a retry is about, by its idempotency key.</summary>
public sealed class EarlierIssue(ILeaseIndex leases)
{
    /// <summary>The lease; null where the key is new, was used for another request, or nothing was ever handed out under it.</summary>
    /// <exception cref="RefusedException"><see cref="ErrorReason.StoreUnavailable"/>.</exception>
    public async ValueTask<LeaseId?> FindAsync(AgentTask task, IssueRequest request, CancellationToken cancellationToken)
    {
        if (request.IdempotencyKeyHash is not { } key) return null;
        if (await leases.FindByKeyAsync(task.Id, key, request.Digest, cancellationToken) is not { SameRequest: true, LeaseId: var id }) return null;
        return await leases.ReadAsync([id], cancellationToken) is [{ EndReason: not EndReason.Abandoned }] ? id : null;
    }
}
