using Microsoft.Extensions.Logging;

namespace CredBroker.Approvals;

/// <summary>Lets requests lapse whose time, or whose task, is over, and forgets them in the end.</summary>
public sealed partial class ApprovalSweep(IApprovalStore store, IApprovalIndex index, ApprovalAudit audit, ILogger<ApprovalSweep> logger)
{
    /// <summary>How much of a bucket is read in one turn.</summary>
    public const int PerBucket = 100;

    /// <summary>One turn over all buckets; returns how much was due.</summary>
    public async Task<int> RunOnceAsync(CancellationToken cancellationToken)
    {
        var due = await index.ReadDueAsync(PerBucket, cancellationToken);
        await EachAsync(due, id => SweepAsync(id, cancellationToken));
        return due.Count;
    }

    /// <summary>A task has ended: nobody needs to agree to anything of it any more.</summary>
    public async Task LapseOfAsync(TaskId taskId, CancellationToken cancellationToken) =>
        await EachAsync(await store.ListOfTaskAsync(taskId, cancellationToken), id => LapseAsync(id, onlyIfDue: false, cancellationToken));

    /// <summary>Does it to each, past those whose record cannot be read.</summary>
    private static async Task EachAsync(IEnumerable<ApprovalId> ids, Func<ApprovalId, Task> act)
    {
        foreach (var id in ids)
        {
            try
            {
                await act(id);
            }
            catch (FormatException)
            {
                // A broker of another version may be able to read it; the store has made it known.
            }
        }
    }

    private async Task SweepAsync(ApprovalId id, CancellationToken cancellationToken)
    {
        var request = await store.FindAsync(id, cancellationToken);
        if (request is { IsOpen: true }) await LapseAsync(id, onlyIfDue: true, cancellationToken);
        else await store.ForgetAsync(id, request, cancellationToken);
    }

    private async Task LapseAsync(ApprovalId id, bool onlyIfDue, CancellationToken cancellationToken)
    {
        if (!await store.LapseAsync(id, onlyIfDue, cancellationToken) || await store.FindAsync(id, cancellationToken) is not { } lapsed) return;
        try
        {
            await audit.RecordAsync(lapsed, cancellationToken);
        }
        catch (RefusedException refusal)
        {
            LogOwed(logger, refusal, id.Value);
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "The audit line of {ApprovalId} is owed; it will be written from the store's note")]
    private static partial void LogOwed(ILogger logger, Exception exception, string approvalId);
}
