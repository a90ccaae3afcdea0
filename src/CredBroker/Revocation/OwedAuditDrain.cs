using CredBroker.Approvals;
using CredBroker.Audit;
using CredBroker.Leases;
using CredBroker.Tasks;
using Microsoft.Extensions.Logging;

namespace CredBroker.Revocation;

/// <summary>Writes audit lines that a broker still owed when it died, or when its audit trail could not be written.</summary>
public sealed partial class OwedAuditDrain(
    IAuditLog audit, IAuditOutbox outbox, ILeaseStore leases, ITaskStore tasks, IApprovalStore approvals, ILogger<OwedAuditDrain> logger)
{
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(10);
    private const int PerBucket = 100;

    /// <summary>One turn over all buckets. A line may be written twice, never not at all.</summary>
    public async Task<int> RunOnceAsync(CancellationToken cancellationToken)
    {
        var owed = await outbox.ReadOwedAsync(Grace, PerBucket, cancellationToken);
        if (owed.Count == 0) return 0;
        var lines = new List<AuditEvent>(owed.Count);
        var read = new List<OwedAudit>(owed.Count);
        foreach (var note in owed)
        {
            try
            {
                if (await ReadLineAsync(note, cancellationToken) is { } line) lines.Add(line);
                read.Add(note);
            }
            catch (FormatException)
            {
                // It stays owed: a broker of another version may be able to read it.
                LogUnreadable(logger, note.SubjectId);
            }
        }

        await audit.AppendAsync(lines, cancellationToken);
        await outbox.SettleAsync(read, cancellationToken);
        return read.Count;
    }

    private async Task<AuditEvent?> ReadLineAsync(OwedAudit note, CancellationToken cancellationToken)
    {
        if (LeaseId.TryParse(note.SubjectId, out var leaseId))
            return await leases.FindAsync(leaseId, cancellationToken) is { } lease ? TransitionLines.Of(AsItWas(lease, note), note.At) : null;
        if (TaskId.TryParse(note.SubjectId, out var taskId))
            return await tasks.FindAsync(taskId, cancellationToken) is { } task ? TransitionLines.Of(task) : null;
        if (ApprovalId.TryParse(note.SubjectId, out var approvalId))
            return await approvals.FindAsync(approvalId, cancellationToken) is { } request ? ApprovalLines.Of(request, note.Generation) : null;
        return null;
    }

    /// <summary>Its end was recorded before whatever has become of it since, which has a note of its own.</summary>
    private static Lease AsItWas(Lease lease, OwedAudit note) =>
        lease.Generation == note.Generation ? lease : lease with { State = LeaseState.Revoking, ConfirmedAt = null };

    [LoggerMessage(Level = LogLevel.Error, Message = "The audit trail owes a line of {SubjectId}, whose record cannot be read; it will be tried again")]
    private static partial void LogUnreadable(ILogger logger, string subjectId);
}
