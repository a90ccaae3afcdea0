namespace CredBroker.Audit;

/// <summary>
/// The evidence. An append completes when the event is durable; callers overlap it with the store call and
/// wait for both. Refuses with <see cref="ErrorReason.AuditUnavailable"/> where the event could not be made durable.
/// </summary>
public interface IAuditLog
{
    /// <summary>Whether events can be made durable now.</summary>
    bool IsAvailable { get; }

    /// <summary>Appends one event; the task completes once it is on disk.</summary>
    Task AppendAsync(AuditEvent auditEvent, CancellationToken cancellationToken);

    /// <summary>Appends events that belong together; the task completes once all of them are on disk.</summary>
    Task AppendAsync(IReadOnlyList<AuditEvent> auditEvents, CancellationToken cancellationToken);
}
