using System.Collections.Concurrent;
using CredBroker.Leases;
using CredBroker.Tasks;
using Microsoft.Extensions.Logging;

namespace CredBroker.Revocation;

/// <summary>
/// Ends what has come to its time: leases past their expiry, credentials that were never handed out, tasks past a deadline or without
/// a heartbeat, and sealed tasks whose ending was interrupted. Due tasks are sealed at once and ended beside the turns, so that
/// however many there are, no lease waits for them.
/// </summary>
public sealed partial class Expirer(IDueIndex due, LeaseRevoker revoker, TaskEnder ender, ILogger<Expirer> logger) : IDisposable
{
    /// <summary>How much of a bucket is read in one turn.</summary>
    public const int PerBucket = LeasePage.Size;

    private const int AtOnce = 8;
    private readonly SemaphoreSlim _places = new(AtOnce);
    private readonly ConcurrentDictionary<TaskId, byte> _ending = new();

    /// <summary>One turn over all buckets; returns how much was due.</summary>
    public async Task<int> RunOnceAsync(CancellationToken cancellationToken)
    {
        var batches = await due.ReadDueAsync(PerBucket, cancellationToken);
        var several = new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = cancellationToken };
        await Task.WhenAll(
            Parallel.ForEachAsync(batches, several, async (batch, token) => await ExpireLeasesAsync(batch, token)),
            Parallel.ForEachAsync(batches.SelectMany(batch => batch.Tasks), several, async (task, token) => await EndTaskAsync(task, cancellationToken, token)));
        return batches.Sum(batch => batch.Leases.Count + batch.Tasks.Count);
    }

    /// <inheritdoc/>
    public void Dispose() => _places.Dispose();

    private async Task ExpireLeasesAsync(DueBatch batch, CancellationToken cancellationToken)
    {
        try
        {
            foreach (var state in batch.Leases.GroupBy(lease => lease.State == LeaseState.Intent))
            {
                var (reason, priority) = state.Key
                    ? (EndReason.Abandoned, RevocationPriority.Orphan)
                    : (EndReason.Expired, RevocationPriority.Expiry);
                await revoker.RevokeAsync([.. state], reason, priority, onlyIfDue: true, cancellationToken);
            }
        }
        catch (Exception exception) when (IsOfOne(exception))
        {
            LogPostponed(logger, exception, batch.Bucket);
        }
    }

    /// <summary>Seals a due task; that puts it off the due ones for a while, in which it is ended beside the turn. What takes longer is put off again.</summary>
    private async Task EndTaskAsync(TaskId id, CancellationToken stopping, CancellationToken cancellationToken)
    {
        try
        {
            // The script says which of the two deadlines has passed.
            var request = new SealRequest(id, EndReason.Expired) { OnlyIfDue = true };
            if (await ender.SealAsync(request, cancellationToken) is { } task && _ending.TryAdd(id, 0))
                _ = Task.Run(() => EndBesideAsync(task, stopping), CancellationToken.None);
        }
        catch (Exception exception) when (IsOfOne(exception))
        {
            LogSkipped(logger, exception, id.Value);
        }
    }

    private async Task EndBesideAsync(AgentTask task, CancellationToken cancellationToken)
    {
        try
        {
            await _places.WaitAsync(cancellationToken);
            try
            {
                await ender.EndAsync(task, cancellationToken);
            }
            finally
            {
                _places.Release();
            }
        }
        catch (Exception exception) when (exception is OperationCanceledException or ObjectDisposedException && cancellationToken.IsCancellationRequested)
        {
            // The broker stops; the task is due again soon, and another goes on.
        }
        catch (Exception exception)
        {
            LogSkipped(logger, exception, task.Id.Value);
        }
        finally
        {
            _ending.TryRemove(task.Id, out _);
        }
    }

    /// <summary>What is wrong with one of them, or with where it lives, is no reason to leave the others.</summary>
    private static bool IsOfOne(Exception exception) => exception is FormatException or InvalidOperationException or RefusedException;

    [LoggerMessage(Level = LogLevel.Error, Message = "Leases of the bucket {Bucket} are due and cannot be ended; they will be tried again")]
    private static partial void LogPostponed(ILogger logger, Exception exception, int bucket);

    [LoggerMessage(Level = LogLevel.Error, Message = "The task {TaskId} is due and cannot be ended; it will be tried again")]
    private static partial void LogSkipped(ILogger logger, Exception exception, string taskId);
}
