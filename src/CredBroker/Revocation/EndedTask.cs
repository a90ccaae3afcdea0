namespace CredBroker.Revocation;

/// <summary>A task that is over, with what its backends have still to say.</summary>
/// <param name="Receipt">What has become of its credentials so far.</param>
/// <param name="Pending">The leases whose end is recorded and not confirmed yet.</param>
public sealed record EndedTask(TaskReceipt Receipt, IReadOnlyList<LeaseId> Pending)
{
    /// <summary>The same one after another look at some of the pending leases.</summary>
    internal EndedTask After(LeaseFate fate)
    {
        if (fate.Settled == 0) return this;
        var settled = fate.Confirmed.Concat(fate.Irrevocable).ToHashSet();
        var known = fate.Known.ToDictionary(lease => lease.Id);
        List<LeaseId> left = [.. Pending.Where(id => !settled.Contains(id))];
        return new EndedTask(
            Receipt with
            {
                Confirmed = Receipt.Confirmed + fate.Confirmed.Count,
                Irrevocable = Receipt.Irrevocable + fate.Irrevocable.Count,
                Pending = left.Count,
                Leases = [.. Receipt.Leases.Select(lease => known.GetValueOrDefault(lease.Id, lease))],
            },
            left);
    }
}
