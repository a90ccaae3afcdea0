using CredBroker.Leases;

namespace CredBroker.Revocation;

/// <summary>
/// The one path that ends credentials: whatever the cause (end of task, release, expiry, an operator), the transition is
/// recorded here. It never waits for the audit trail.
/// </summary>
public sealed class LeaseRevoker(ILeaseStore store, IWorkloadQuota quota, TransitionAudit transitions) : ILeaseRevoker
{
    /// <inheritdoc/>
    public Task<IReadOnlyList<Lease>> RevokeAsync(
        IReadOnlyList<Lease> leases, EndReason reason, RevocationPriority priority, bool onlyIfDue, CancellationToken cancellationToken) =>
        RevokeAsync(leases, reason, priority, onlyIfDue, transitions.Now, cancellationToken);

    /// <summary>As <see cref="RevokeAsync(IReadOnlyList{Lease}, EndReason, RevocationPriority, bool, CancellationToken)"/>, knowing since when their end is due.</summary>
    public async Task<IReadOnlyList<Lease>> RevokeAsync(
        IReadOnlyList<Lease> leases, EndReason reason, RevocationPriority priority, bool onlyIfDue, DateTimeOffset since, CancellationToken cancellationToken)
    {
        var all = new List<Lease>(leases.Count);
        foreach (var bucket in leases.GroupBy(lease => lease.Id.Bucket))
        {
            // One after the other: between two of them the store serves everybody else.
            foreach (var chunk in bucket.Chunk(RevokeRequest.MaxLeases))
            {
                var changed = await store.RevokeAsync(new RevokeRequest(chunk, reason, priority) { OnlyIfDue = onlyIfDue }, cancellationToken);
                await TellAsync(changed, since);
                all.AddRange(changed);
            }
        }

        return all;
    }

    private async Task TellAsync(IReadOnlyList<Lease> changed, DateTimeOffset since)
    {
        foreach (var lease in changed) transitions.NoteEnd(lease, since);
        var freed = changed.Where(lease => lease.State == LeaseState.Revoked && lease.Terms.CountsPerWorkload).ToList();
        if (freed.Count > 0) await quota.ReturnAsync([.. freed.Select(lease => (lease.Id, lease.Terms))], CancellationToken.None);
    }
}
