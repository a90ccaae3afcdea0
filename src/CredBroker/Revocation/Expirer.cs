using CredBroker.Leases;
using CredBroker.Tasks;
using Microsoft.Extensions.Logging;

namespace CredBroker.Revocation;

/// <summary>Ends what has come to its time: leases past their expiry, credentials that were never handed out, tasks past a deadline or without a heartbeat, and sealed tasks whose ending was interrupted.</summary>
public sealed partial class Expirer(IDueIndex due, LeaseRevoker revoker, TaskEnder ender, ILogger<Expirer> logger)
{
    private const int PerBucket = RevokeRequest.MaxLeases;

    /// <summary>One turn over all buckets; returns how much was due.</summary>
    public async Task<int> RunOnceAsync(CancellationToken cancellationToken)
    {
        var batches = await due.ReadDueAsync(PerBucket, cancellationToken);
        foreach (var batch in batches)
        {
            await ExpireLeasesAsync(batch, cancellationToken);
            foreach (var task in batch.Tasks) await EndTaskAsync(task, cancellationToken);
        }

        return batches.Sum(batch => batch.Leases.Count + batch.Tasks.Count);
    }

    private async Task ExpireLeasesAsync(DueBatch batch, CancellationToken cancellationToken)
    {
        foreach (var state in batch.Leases.GroupBy(lease => lease.State == LeaseState.Intent))
        {
            var (reason, priority) = state.Key
                ? (EndReason.Abandoned, RevocationPriority.Orphan)
                : (EndReason.Expired, RevocationPriority.Expiry);
            await revoker.RevokeAsync([.. state], reason, priority, onlyIfDue: true, cancellationToken);
        }
    }

    private async Task EndTaskAsync(TaskId task, CancellationToken cancellationToken)
    {
        try
        {
            // The script says which of the two deadlines has passed.
            await ender.EndAsync(new SealRequest(task, EndReason.Expired) { OnlyIfDue = true }, cancellationToken);
        }
        catch (Exception exception) when (exception is FormatException or InvalidOperationException)
        {
            LogSkipped(logger, exception, task.Value);
        }
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "The task {TaskId} is due and cannot be ended; it will be tried again")]
    private static partial void LogSkipped(ILogger logger, Exception exception, string taskId);
}
