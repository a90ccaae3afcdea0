namespace CredBroker.Client.Evidence;

/// <summary>Evidence that never changes, for tests and for evidence that the program obtained itself.</summary>
public sealed class StaticEvidenceSource : IEvidenceSource
{
    private readonly WorkloadEvidence _evidence;

    /// <summary>The same evidence each time.</summary>
    public StaticEvidenceSource(WorkloadEvidence evidence) => _evidence = evidence;

    /// <inheritdoc/>
    public ValueTask<WorkloadEvidence> GetAsync(CancellationToken cancellationToken = default) => ValueTask.FromResult(_evidence);
}
