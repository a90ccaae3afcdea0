using System.Diagnostics;
using CredBroker.Audit;
using CredBroker.Server.Hosting;

namespace CredBroker.Server.Audit;

/// <summary>
/// The audit trail in files of JSON Lines (<c>docs/audit.md</c>). One thread writes: whatever came in while one fsync ran goes
/// to disk by the next, and a caller alone does not wait for others. After a fault appends are refused at once until the file
/// could be opened anew, which is tried at most every ten seconds.
/// </summary>
internal sealed partial class FileAuditLog : IAuditLog, IDisposable
{
    private const long MaxBatchWeight = 2 * 1024 * 1024;
    private const long MaxWaitingWeight = 32 * 1024 * 1024;
    private static readonly TimeSpan FirstRetry = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan LongestRetry = TimeSpan.FromSeconds(10);

    private readonly object _gate = new();
    private readonly Queue<AuditBatch> _waiting = new();
    private readonly AuditJournal _journal;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly AuditMetrics? _metrics;
    private readonly Thread _writer;
    private AuditBatch? _newest;
    private long _waitingWeight;
    private long _refused;
    private volatile bool _available = true;
    private bool _retryDue;
    private bool _stopping;

    /// <summary>Opens the trail and starts writing.</summary>
    /// <exception cref="StartRefusedException">It cannot be opened.</exception>
    public FileAuditLog(string path, long maxFileBytes, IAuditDisk disk, TimeProvider time, ILogger<FileAuditLog> logger, AuditMetrics? metrics = null)
    {
        (_time, _logger, _metrics) = (time, logger, metrics);
        _journal = new AuditJournal(path, maxFileBytes, disk, time);
        _writer = new Thread(WriteUntilStopped) { IsBackground = true, Name = "audit" };
        _writer.Start();
    }

    /// <inheritdoc/>
    public bool IsAvailable => _available;

    /// <inheritdoc/>
    public Task AppendAsync(AuditEvent auditEvent, CancellationToken cancellationToken) =>
        FinishAsync(Enqueue(new ReadOnlySpan<AuditEvent>(in auditEvent)), cancellationToken);

    /// <inheritdoc/>
    public Task AppendAsync(IReadOnlyList<AuditEvent> auditEvents, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(auditEvents);
        return auditEvents.Count == 0 ? Task.CompletedTask : FinishAsync(Enqueue([.. auditEvents]), cancellationToken);
    }

    /// <summary>Writes what is waiting, then closes the file.</summary>
    public void Dispose()
    {
        lock (_gate)
        {
            _stopping = true;
            Monitor.PulseAll(_gate);
        }
        _writer.Join();
    }

    // A caller that gives up leaves its events in the batch: they have been decided and belong in the trail.
    private static async Task FinishAsync(AuditBatch? batch, CancellationToken cancellationToken)
    {
        var fault = batch is null ? null : await batch.Outcome.WaitAsync(cancellationToken);
        if (batch is null || fault is not null)
            throw AuditAvailability.Refusal(fault);
    }

    private AuditBatch? Enqueue(ReadOnlySpan<AuditEvent> events)
    {
        var weight = 0L;
        foreach (var auditEvent in events)
        {
            ArgumentNullException.ThrowIfNull(auditEvent);
            if (!AuditLineWriter.IsWritable(auditEvent)) throw new ArgumentException("An audit event needs a known type and an actor.", nameof(events));
            weight += AuditLineWriter.Weigh(auditEvent);
        }
        lock (_gate)
        {
            if (!_available || _stopping || _waitingWeight > MaxWaitingWeight)
            {
                _refused += events.Length;
                _metrics?.Refused(events.Length);
                return null;
            }
            if (_newest is null || _newest.Weight > MaxBatchWeight) _waiting.Enqueue(_newest = new AuditBatch());
            _newest.Add(events, weight);
            _waitingWeight += weight;
            Monitor.Pulse(_gate);
            return _newest;
        }
    }

    private void WriteUntilStopped()
    {
        while (Take() is { } batch) Write(batch);
        _journal.Dispose();
    }

    private AuditBatch? Take()
    {
        lock (_gate)
        {
            while (_waiting.Count == 0 && !_stopping) Monitor.Wait(_gate);
            if (!_waiting.TryDequeue(out var batch)) return null;
            if (_waiting.Count == 0) _newest = null;
            _waitingWeight -= batch.Weight;
            return batch;
        }
    }

    private void Write(AuditBatch batch)
    {
        try
        {
            _journal.Prepare(batch.Events);
        }
        catch (Exception fault)
        {
            // The events themselves are broken; the file is not.
            LogEventsUnwritable(_logger, fault, batch.Events.Count);
            _metrics?.Refused(batch.Events.Count);
            batch.Complete(fault);
            return;
        }
        var start = Stopwatch.GetTimestamp();
        try
        {
            _journal.Commit();
            _metrics?.Wrote(batch.Events.Count, start, isDurable: true);
            batch.Complete();
        }
        catch (Exception fault)
        {
            _metrics?.Wrote(batch.Events.Count, start, isDurable: false);
            LogUnavailable(_logger, fault);
            RefuseAll(batch, fault);
            Recover();
        }
    }

    private void RefuseAll(AuditBatch failed, Exception fault)
    {
        lock (_gate)
        {
            _available = false;
            _metrics?.Became(isAvailable: false);
            _newest = null;
            _waitingWeight = 0;
            _waiting.Enqueue(failed);
            while (_waiting.TryDequeue(out var batch))
            {
                _refused += batch.Events.Count;
                _metrics?.Refused(batch.Events.Count);
                batch.Complete(fault);
            }
        }
    }

    private void Recover()
    {
        for (var delay = FirstRetry; ; delay = delay * 2 < LongestRetry ? delay * 2 : LongestRetry)
        {
            try
            {
                var refused = Interlocked.Read(ref _refused);
                _journal.Reopen(refused);
                lock (_gate)
                {
                    _refused -= refused;
                    _available = true;
                    _metrics?.Became(isAvailable: true);
                }
                LogAvailable(_logger, refused);
                return;
            }
            catch (Exception fault)
            {
                LogStillUnavailable(_logger, fault, delay);
            }
            if (!WaitForRetry(delay)) return;
        }
    }

    private bool WaitForRetry(TimeSpan delay)
    {
        lock (_gate) _retryDue = false;
        using var timer = _time.CreateTimer(_ => SignalRetry(), null, delay, Timeout.InfiniteTimeSpan);
        lock (_gate)
        {
            while (!_retryDue && !_stopping) Monitor.Wait(_gate);
            return !_stopping;
        }
    }

    private void SignalRetry()
    {
        lock (_gate)
        {
            _retryDue = true;
            Monitor.PulseAll(_gate);
        }
    }

    [LoggerMessage(1, LogLevel.Critical, "The audit trail cannot be written. Nothing is issued until it can.")]
    private static partial void LogUnavailable(ILogger logger, Exception fault);

    [LoggerMessage(2, LogLevel.Error, "The audit trail still cannot be written; trying again in {Delay}.")]
    private static partial void LogStillUnavailable(ILogger logger, Exception fault, TimeSpan delay);

    [LoggerMessage(3, LogLevel.Warning, "The audit trail is written again. Events refused meanwhile: {Refused}.")]
    private static partial void LogAvailable(ILogger logger, long refused);

    [LoggerMessage(4, LogLevel.Error, "{Count} audit events could not be turned into lines and were refused.")]
    private static partial void LogEventsUnwritable(ILogger logger, Exception fault, int count);
}
