using System.Runtime.CompilerServices;
using CredBroker.Approvals;
using CredBroker.Leases;
using CredBroker.Tasks;

namespace CredBroker.Revocation;

/// <summary>
/// Ends tasks. The task is sealed first, so that nothing can be issued under it any more; then the tasks below it, from the
/// top down; then every lease is revoked, from the bottom up. A broker that dies in between leaves sealed tasks due, and
/// whoever meets one goes on here: every step can be done twice.
/// </summary>
public sealed class TaskEnder(
    ITaskStore tasks, ILeaseStore leases, ILeaseIndex index, LeaseRevoker revoker, TransitionAudit transitions, ApprovalSweep approvals, TimeProvider time)
{
    /// <summary>What is remembered of an ended task beyond the latest instant at which one of its leases could have lived.</summary>
    private static readonly TimeSpan Remember = TimeSpan.FromHours(1);

    private const int ParallelChildren = 8;

    /// <summary>Seals the task and ends everything below it; null where there is no such task, it is not due, or the token is not its.</summary>
    public async Task<EndedTask?> EndAsync(SealRequest request, CancellationToken cancellationToken) =>
        await SealAsync(request, cancellationToken) is { } task ? await EndAsync(task, cancellationToken) : null;

    /// <summary>Seals the task and no more; null where there is no such task, it is not due, or the token is not its. Whoever does not go on with it leaves that to others, who find it due.</summary>
    public async Task<AgentTask?> SealAsync(SealRequest request, CancellationToken cancellationToken)
    {
        var outcome = await tasks.SealAsync(request, cancellationToken);
        if (outcome is SealOutcome.NotFound or SealOutcome.NotDue) return null;
        if (await tasks.FindAsync(request.TaskId, cancellationToken) is not { } task) return null;
        if (outcome == SealOutcome.Sealed) transitions.Note(task);
        return task;
    }

    /// <summary>Ends everything below a task that is sealed.</summary>
    public async Task<EndedTask> EndAsync(AgentTask task, CancellationToken cancellationToken)
    {
        var tree = await SealBelowAsync(task, cancellationToken);
        var draft = new ReceiptDraft();
        foreach (var member in tree.Reverse())
        {
            var last = await RevokeLeasesAsync(member, draft, cancellationToken);
            if (member.State == TaskState.Ended) continue;
            await approvals.LapseOfAsync(member.Id, cancellationToken);
            await tasks.FinishAsync(member, Remember + (last > time.GetUtcNow() ? last - time.GetUtcNow() : TimeSpan.Zero), cancellationToken);
        }

        return draft.Close(task, tree.Count - 1, time.GetUtcNow());
    }

    /// <summary>The tree from the top down, every member of it sealed. A child cannot be added under a sealed task, so one pass finds all.</summary>
    private async Task<IReadOnlyList<AgentTask>> SealBelowAsync(AgentTask root, CancellationToken cancellationToken)
    {
        var tree = new List<AgentTask> { root };
        for (var i = 0; i < tree.Count; i++)
        {
            foreach (var some in (await tasks.ListChildrenAsync(tree[i].Id, cancellationToken)).Chunk(ParallelChildren))
            {
                var children = await Task.WhenAll(some.Select(id => SealAsync(new SealRequest(id, EndReason.ParentEnded), cancellationToken)));
                tree.AddRange(children.OfType<AgentTask>());
            }
        }

        return tree;
    }

    /// <summary>Revokes every live lease of a sealed task; returns the latest instant at which one of them could have lived.</summary>
    private async Task<DateTimeOffset> RevokeLeasesAsync(AgentTask task, ReceiptDraft draft, CancellationToken cancellationToken)
    {
        var last = DateTimeOffset.MinValue;
        await foreach (var page in PagesAsync(task.Id, cancellationToken))
        {
            draft.Add(await RevokeAsync(page, task, cancellationToken));
            if (page.Count > 0) last = Later(last, page.Max(lease => lease.MaxExpiresAt));
        }

        return last;
    }

    /// <summary>Revokes what is live of a page; returns the page as it stands then.</summary>
    private async Task<IReadOnlyList<Lease>> RevokeAsync(IReadOnlyList<Lease> page, AgentTask task, CancellationToken cancellationToken)
    {
        var live = page.Where(IsLive).ToList();
        if (live.Count == 0) return page;
        var since = task.EndedAt ?? time.GetUtcNow();
        var now = (await revoker.RevokeAsync(live, LeaseReason(task), RevocationPriority.TaskEnd, onlyIfDue: false, since, cancellationToken))
            .ToDictionary(lease => lease.Id);
        // Others may have been faster with some.
        if (now.Count < live.Count)
            foreach (var other in await index.ReadAsync([.. live.Select(lease => lease.Id).Where(id => !now.ContainsKey(id))], cancellationToken)) now.Add(other.Id, other);
        return [.. page.Select(lease => now.GetValueOrDefault(lease.Id, lease))];
    }

    private async IAsyncEnumerable<IReadOnlyList<Lease>> PagesAsync(TaskId id, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        for (long? next = 0; next is { } skip;)
        {
            var page = await leases.ListAsync(id, skip, LeasePage.Size, cancellationToken);
            yield return page.Leases;
            next = page.Next;
        }
    }

    private static bool IsLive(Lease lease) => lease.State is LeaseState.Intent or LeaseState.Active;

    private static EndReason LeaseReason(AgentTask task) => task.EndReason == EndReason.None ? EndReason.TaskEnded : task.EndReason;

    private static DateTimeOffset Later(DateTimeOffset a, DateTimeOffset b) => a > b ? a : b;
}
