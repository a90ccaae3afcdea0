using CredBroker.Audit;

namespace CredBroker.Tests.Templates;

/// <summary>Keeps events, or refuses as a full disk does.</summary>
internal sealed class RecordingAuditLog : IAuditLog
{
    private readonly List<AuditEvent> _events = [];

    public bool IsAvailable { get; set; } = true;

    public IReadOnlyList<AuditEvent> Events
    {
        get { lock (_events) return [.. _events]; }
    }

    /// <summary>Runs as an event is appended.</summary>
    public Action OnAppend { get; set; } = () => { };

    public Task AppendAsync(AuditEvent auditEvent, CancellationToken cancellationToken) => AppendAsync([auditEvent], cancellationToken);

    public Task AppendAsync(IReadOnlyList<AuditEvent> auditEvents, CancellationToken cancellationToken)
    {
        if (!IsAvailable) throw new RefusedException(ErrorReason.AuditUnavailable, "The audit trail cannot be written.");
        OnAppend();
        lock (_events) _events.AddRange(auditEvents);
        return Task.CompletedTask;
    }
}
