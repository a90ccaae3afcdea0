using CredBroker.Leases;
using CredBroker.Tasks;

namespace CredBroker.Policy;

/// <summary>Tells what a task's whole tree holds now, for policies that forbid combinations.</summary>
public sealed class HeldLeases(ILeaseIndex leases)
{
    /// <summary>The most live leases of a tree that are looked at.</summary>
    public const int MaxLeases = 2_000;

    private const int PageSize = 500;

    /// <summary>Live leases of a task, the tasks above it and all below those.</summary>
    /// <param name="task">The task.</param>
    /// <param name="except">Leases that do not count.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>The leases; null where there are more than <see cref="MaxLeases"/>, so that they cannot all be looked at.</returns>
    /// <exception cref="RefusedException"><see cref="ErrorReason.StoreUnavailable"/>.</exception>
    public async ValueTask<IReadOnlyList<Lease>?> ReadAsync(AgentTask task, IReadOnlyList<LeaseId> except, CancellationToken cancellationToken)
    {
        var root = task.Ancestors.Count > 0 ? task.Ancestors[^1] : task.Id;
        var found = new List<Lease>();
        string? after = null;
        do
        {
            var page = await leases.ScanAsync(root.Bucket, new LeaseSelector { TaskId = root }, after, PageSize, cancellationToken);
            found.AddRange(page.Leases.Where(lease => !except.Contains(lease.Id)));
            after = page.Next;
        }
        while (after is not null && found.Count <= MaxLeases);

        return found.Count <= MaxLeases ? found : null;
    }
}
