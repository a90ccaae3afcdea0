using CredBroker.Audit;

namespace CredBroker.Testing.Audit;

/// <summary>An audit trail in memory. It can be told to fail, or to hold what it gets until it is let go.</summary>
public sealed class RecordingAuditLog : IAuditLog
{
    private readonly Lock _gate = new();
    private readonly List<AuditEvent> _events = [];
    private TaskCompletionSource? _hold;

    /// <summary>Events that were made durable, in order.</summary>
    public IReadOnlyList<AuditEvent> Events
    {
        get
        {
            lock (_gate) return [.. _events];
        }
    }

    /// <summary>False = every append is refused with <see cref="ErrorReason.AuditUnavailable"/>.</summary>
    public bool IsAvailable { get; set; } = true;

    /// <summary>Events of one type.</summary>
    public IReadOnlyList<AuditEvent> Of(AuditEventType type) => [.. Events.Where(e => e.Type == type)];

    /// <summary>Holds appends from now on: they complete, or fail, after <see cref="LetGo"/>.</summary>
    public void Hold()
    {
        lock (_gate) _hold ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
    }

    /// <summary>Lets held appends go on.</summary>
    public void LetGo()
    {
        lock (_gate)
        {
            _hold?.SetResult();
            _hold = null;
        }
    }

    public Task AppendAsync(AuditEvent auditEvent, CancellationToken cancellationToken) => AppendAsync([auditEvent], cancellationToken);

    public Task AppendAsync(IReadOnlyList<AuditEvent> auditEvents, CancellationToken cancellationToken)
    {
        Task held;
        lock (_gate) held = _hold?.Task ?? Task.CompletedTask;
        // As in the real one, a caller that gives up does not take its event back.
        return RecordAsync(auditEvents, held).WaitAsync(cancellationToken);
    }

    private async Task RecordAsync(IReadOnlyList<AuditEvent> auditEvents, Task held)
    {
        await held;
        this.RequireAvailable();
        lock (_gate) _events.AddRange(auditEvents);
    }
}
