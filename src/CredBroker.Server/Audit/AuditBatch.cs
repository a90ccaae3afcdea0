using CredBroker.Audit;

namespace CredBroker.Server.Audit;

/// <summary>Events that go to disk by one fsync, and the callers that wait for it.</summary>
internal sealed class AuditBatch
{
    private readonly List<AuditEvent> _events = [];
    private readonly TaskCompletionSource<Exception?> _outcome = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public IReadOnlyList<AuditEvent> Events => _events;

    public long Weight { get; private set; }

    /// <summary>Completes with null once all events are on disk, else with what went wrong.</summary>
    public Task<Exception?> Outcome => _outcome.Task;

    public void Add(ReadOnlySpan<AuditEvent> events, long weight)
    {
        _events.AddRange(events);
        Weight += weight;
    }

    public void Complete(Exception? fault = null) => _outcome.SetResult(fault);
}
