using CredBroker.Audit;

namespace CredBroker.Approvals;

/// <summary>Writes the line of a transition before anybody hears of it. The store keeps a note of each until its line is durable, so none is lost.</summary>
public sealed class ApprovalAudit(IAuditLog audit, IAuditOutbox outbox, ApprovalMetrics? metrics = null)
{
    /// <summary>Refuses where it is known that no line can be written now.</summary>
    /// <exception cref="RefusedException"><see cref="ErrorReason.AuditUnavailable"/>.</exception>
    public void RequireAvailable() => audit.RequireAvailable();

    /// <summary>Writes the line of the latest transition of a request, as it was read after that.</summary>
    /// <exception cref="RefusedException"><see cref="ErrorReason.AuditUnavailable"/>; the line is owed then, and written later.</exception>
    public async Task RecordAsync(ApprovalRequest request, CancellationToken cancellationToken)
    {
        if (ApprovalLines.Of(request, request.Generation) is not { } line) return;
        metrics?.Came(request);
        await audit.AppendAsync(line, cancellationToken);
        await outbox.SettleAsync([new OwedAudit(request.Id.Bucket, request.Id.Value, request.Generation, line.Time)], cancellationToken);
    }
}
