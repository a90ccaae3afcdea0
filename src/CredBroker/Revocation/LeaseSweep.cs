using System.Runtime.CompilerServices;
using CredBroker.Leases;

namespace CredBroker.Revocation;

/// <summary>Walks the live leases of a bucket that any of some selectors matches.</summary>
public sealed class LeaseSweep(ILeaseIndex index)
{
    /// <summary>Pages of leases that could still do harm: nothing has recorded their end yet. One that several selectors match comes once, for the first of them.</summary>
    public async IAsyncEnumerable<IReadOnlyList<Lease>> PagesAsync(
        int bucket, IReadOnlyList<LeaseSelector> selectors, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        for (var number = 0; number < selectors.Count; number++)
        {
            var earlier = selectors.Take(number).ToList();
            string? after = null;
            do
            {
                var page = await index.ScanAsync(bucket, selectors[number], after, LeasePage.Size, cancellationToken);
                var live = page.Leases
                    .Where(lease => lease.State is LeaseState.Intent or LeaseState.Active && !earlier.Exists(selector => selector.Matches(lease))).ToList();
                if (live.Count > 0) yield return live;
                after = page.Next;
            }
            while (after is not null);
        }
    }
}
