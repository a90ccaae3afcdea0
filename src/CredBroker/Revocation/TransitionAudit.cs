using System.Threading.Channels;
using CredBroker.Audit;
using CredBroker.Leases;
using CredBroker.Tasks;
using Microsoft.Extensions.Logging;

namespace CredBroker.Revocation;

/// <summary>
/// Writes the lines of transitions that do not wait for the audit trail. The store keeps a note of each until its line is
/// durable, so nothing here has to succeed: what is dropped or fails is written later from the note.
/// </summary>
public sealed partial class TransitionAudit(
    IAuditLog audit, IAuditOutbox outbox, TimeProvider time, ILogger<TransitionAudit> logger, RevocationMetrics? metrics = null)
{
    private const int MaxBatch = 512;

    private readonly Channel<(AuditEvent Line, OwedAudit Note)> _queue = Channel.CreateBounded<(AuditEvent, OwedAudit)>(
        new BoundedChannelOptions(16_384) { FullMode = BoundedChannelFullMode.DropWrite, SingleReader = true });

    /// <summary>The broker's clock.</summary>
    public DateTimeOffset Now => time.GetUtcNow();

    /// <summary>A lease's end was recorded.</summary>
    /// <param name="lease">The lease as it stands then.</param>
    /// <param name="since">When what ends it came about.</param>
    public void NoteEnd(Lease lease, DateTimeOffset since)
    {
        var due = lease.EndReason == EndReason.Expired && lease.ExpiresAt < since ? lease.ExpiresAt : since;
        metrics?.Ended(lease, (lease.ConfirmedAt ?? Now) - due);
        RevocationSpans.Ended(lease, since);
        Write(lease);
    }

    /// <summary>A backend has confirmed the end of a lease, or it could not be revoked.</summary>
    public void NoteSettled(Lease lease)
    {
        metrics?.Confirmed(lease);
        Write(lease);
    }

    private void Write(Lease lease)
    {
        var now = time.GetUtcNow();
        _queue.Writer.TryWrite((TransitionLines.Of(lease, now), new OwedAudit(lease.Id.Bucket, lease.Id.Value, lease.Generation, now)));
    }

    /// <summary>A task was sealed.</summary>
    public void Note(AgentTask task)
    {
        metrics?.Ended(task);
        _queue.Writer.TryWrite(
            (TransitionLines.Of(task), new OwedAudit(task.Id.Bucket, task.Id.Value, Generation: 0, task.EndedAt ?? time.GetUtcNow())));
    }

    /// <summary>Writes until it is cancelled.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        var lines = new List<AuditEvent>(MaxBatch);
        var notes = new List<OwedAudit>(MaxBatch);
        while (await _queue.Reader.WaitToReadAsync(cancellationToken))
        {
            lines.Clear();
            notes.Clear();
            while (lines.Count < MaxBatch && _queue.Reader.TryRead(out var next))
            {
                lines.Add(next.Line);
                notes.Add(next.Note);
            }

            await WriteAsync(lines, notes, cancellationToken);
        }
    }

    private async Task WriteAsync(List<AuditEvent> lines, List<OwedAudit> notes, CancellationToken cancellationToken)
    {
        try
        {
            await audit.AppendAsync(lines, cancellationToken);
            await outbox.SettleAsync(notes, cancellationToken);
        }
        catch (RefusedException exception)
        {
            LogOwed(logger, exception, lines.Count);
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Count} audit lines are owed; they will be written from the store's notes")]
    private static partial void LogOwed(ILogger logger, Exception exception, int count);
}
