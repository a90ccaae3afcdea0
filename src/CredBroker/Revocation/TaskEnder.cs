using CredBroker.Leases;
using CredBroker.Tasks;

namespace CredBroker.Revocation;

/// <summary>
/// Ends tasks. The task is sealed first, so that nothing can be issued under it any more; then the tasks below it, from the
/// top down; then every lease is revoked, from the bottom up. A broker that dies in between leaves sealed tasks due, and
/// whoever meets one goes on here: every step can be done twice.
/// </summary>
public sealed class TaskEnder(ITaskStore tasks, ILeaseStore leases, LeaseRevoker revoker, TransitionAudit transitions, TimeProvider time)
{
    /// <summary>What is remembered of an ended task beyond the latest instant at which one of its leases could have lived.</summary>
    private static readonly TimeSpan Remember = TimeSpan.FromHours(1);

    private static readonly TimeSpan ConfirmationPoll = TimeSpan.FromMilliseconds(50);

    /// <summary>Seals the task and ends everything below it; null where there is no such task, it is not due, or the token is not its.</summary>
    public async Task<TaskReceipt?> EndAsync(SealRequest request, CancellationToken cancellationToken)
    {
        var outcome = await tasks.SealAsync(request, cancellationToken);
        if (outcome is SealOutcome.NotFound or SealOutcome.NotDue) return null;
        if (await tasks.FindAsync(request.TaskId, cancellationToken) is not { } task) return null;
        if (outcome == SealOutcome.Sealed) transitions.Note(task);

        var tree = await SealBelowAsync(task, cancellationToken);
        if (outcome == SealOutcome.WasEnded) return await ReceiptAsync(task, tree, cancellationToken);
        foreach (var member in tree.Reverse())
        {
            var last = await RevokeLeasesAsync(member, cancellationToken);
            await tasks.FinishAsync(member, Remember + (last > time.GetUtcNow() ? last - time.GetUtcNow() : TimeSpan.Zero), cancellationToken);
        }

        return await ReceiptAsync(task, tree, cancellationToken);
    }

    /// <summary>Waits until nothing is pending, or for as long as the caller is willing to; returns the receipt as it then stands.</summary>
    public async Task<TaskReceipt> WaitAsync(TaskReceipt receipt, TimeSpan atMost, CancellationToken cancellationToken)
    {
        var until = time.GetUtcNow() + atMost;
        while (receipt.Pending > 0 && time.GetUtcNow() < until)
        {
            await Task.Delay(ConfirmationPoll, time, cancellationToken);
            if (await tasks.FindAsync(receipt.TaskId, cancellationToken) is not { } task) break;
            receipt = await ReceiptAsync(task, await SealBelowAsync(task, cancellationToken), cancellationToken);
        }

        return receipt;
    }

    /// <summary>The tree from the top down, every member of it sealed. A child cannot be added under a sealed task, so one pass finds all.</summary>
    private async Task<IReadOnlyList<AgentTask>> SealBelowAsync(AgentTask root, CancellationToken cancellationToken)
    {
        var tree = new List<AgentTask> { root };
        for (var i = 0; i < tree.Count; i++)
        {
            foreach (var id in await tasks.ListChildrenAsync(tree[i].Id, cancellationToken))
            {
                var outcome = await tasks.SealAsync(new SealRequest(id, EndReason.ParentEnded), cancellationToken);
                if (await tasks.FindAsync(id, cancellationToken) is not { } child) continue;
                if (outcome == SealOutcome.Sealed) transitions.Note(child);
                tree.Add(child);
            }
        }

        return tree;
    }

    /// <summary>Revokes every live lease of a sealed task; returns the latest instant at which one of them could have lived.</summary>
    private async Task<DateTimeOffset> RevokeLeasesAsync(AgentTask task, CancellationToken cancellationToken)
    {
        var last = DateTimeOffset.MinValue;
        await foreach (var page in PagesAsync(task.Id, cancellationToken))
        {
            var live = page.Where(lease => lease.State is LeaseState.Intent or LeaseState.Active).ToList();
            await revoker.RevokeAsync(live, LeaseReason(task), RevocationPriority.TaskEnd, onlyIfDue: false, cancellationToken);
            if (page.Count > 0) last = Later(last, page.Max(lease => lease.MaxExpiresAt));
        }

        return last;
    }

    private async Task<TaskReceipt> ReceiptAsync(AgentTask root, IReadOnlyList<AgentTask> tree, CancellationToken cancellationToken)
    {
        long total = 0, confirmed = 0, irrevocable = 0;
        var named = new List<Lease>();
        foreach (var member in tree)
        {
            await foreach (var page in PagesAsync(member.Id, cancellationToken))
            {
                total += page.Count;
                confirmed += page.Count(lease => lease.State == LeaseState.Revoked);
                irrevocable += page.Count(lease => lease.State == LeaseState.Irrevocable);
                named.AddRange(page.Take(TaskReceipt.MaxLeases - named.Count));
            }
        }

        return new TaskReceipt(
            root.Id, total, confirmed, total - confirmed - irrevocable, irrevocable, named, root.EndedAt ?? time.GetUtcNow(), tree.Count - 1);
    }

    private async IAsyncEnumerable<IReadOnlyList<Lease>> PagesAsync(
        TaskId id, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
    {
        for (long? next = 0; next is { } skip;)
        {
            var page = await leases.ListAsync(id, skip, RevokeRequest.MaxLeases, cancellationToken);
            yield return page.Leases;
            next = page.Next;
        }
    }

    private static EndReason LeaseReason(AgentTask task) => task.EndReason == EndReason.None ? EndReason.TaskEnded : task.EndReason;

    private static DateTimeOffset Later(DateTimeOffset a, DateTimeOffset b) => a > b ? a : b;
}
