using CredBroker.Leases;

namespace CredBroker.Revocation;

/// <summary>Tells what has become of leases whose end is recorded.</summary>
public sealed class LeaseFates(ILeaseIndex index, ILeaseStore store)
{
    /// <summary>Looks at some of them, in one flight unless some are not found.</summary>
    public async Task<LeaseFate> ReadAsync(IReadOnlyList<LeaseId> ids, CancellationToken cancellationToken)
    {
        var known = await index.ReadAsync(ids, cancellationToken);
        var confirmed = known.Where(lease => lease.State == LeaseState.Revoked).Select(lease => lease.Id).ToList();
        foreach (var id in ids.Except(known.Select(lease => lease.Id)))
            if (await IsForgottenAsync(id, cancellationToken)) confirmed.Add(id);
        return new LeaseFate(known, confirmed, [.. known.Where(lease => lease.State == LeaseState.Irrevocable).Select(lease => lease.Id)]);
    }

    /// <summary>A lease that is forgotten was confirmed longer ago than its tombstone lives; one that cannot be read may be alive.</summary>
    private async Task<bool> IsForgottenAsync(LeaseId id, CancellationToken cancellationToken)
    {
        try
        {
            return await store.FindAsync(id, cancellationToken) is null;
        }
        catch (FormatException)
        {
            return false;
        }
    }
}
