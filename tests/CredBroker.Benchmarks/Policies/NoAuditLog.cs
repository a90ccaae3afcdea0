using CredBroker.Audit;

namespace CredBroker.Benchmarks.Policies;

/// <summary>Takes everything and keeps nothing.</summary>
internal sealed class NoAuditLog : IAuditLog
{
    public bool IsAvailable => true;

    public Task AppendAsync(AuditEvent auditEvent, CancellationToken cancellationToken) => Task.CompletedTask;

    public Task AppendAsync(IReadOnlyList<AuditEvent> auditEvents, CancellationToken cancellationToken) => Task.CompletedTask;
}
