using CredBroker.Leases;

namespace CredBroker.Revocation;

/// <summary>A task that is over, with what its backends have still to say.</summary>
/// <param name="Receipt">What has become of its credentials so far.</param>
/// <param name="Pending">The leases whose end is recorded and not confirmed yet.</param>
public sealed record EndedTask(TaskReceipt Receipt, IReadOnlyList<LeaseId> Pending)
{
    /// <summary>The same one after another look at some of the pending leases; one that is forgotten was confirmed.</summary>
    internal EndedTask After(IReadOnlyList<LeaseId> asked, IReadOnlyList<Lease> found)
    {
        var known = found.ToDictionary(lease => lease.Id);
        var confirmed = asked.Where(id => !known.TryGetValue(id, out var lease) || lease.State == LeaseState.Revoked).ToHashSet();
        var irrevocable = asked.Where(id => known.TryGetValue(id, out var lease) && lease.State == LeaseState.Irrevocable).ToHashSet();
        if (confirmed.Count + irrevocable.Count == 0) return this;
        List<LeaseId> left = [.. Pending.Where(id => !confirmed.Contains(id) && !irrevocable.Contains(id))];
        return new EndedTask(
            Receipt with
            {
                Confirmed = Receipt.Confirmed + confirmed.Count,
                Irrevocable = Receipt.Irrevocable + irrevocable.Count,
                Pending = left.Count,
                Leases = [.. Receipt.Leases.Select(lease => known.GetValueOrDefault(lease.Id, lease))],
            },
            left);
    }
}
