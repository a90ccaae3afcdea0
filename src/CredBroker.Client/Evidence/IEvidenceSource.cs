namespace CredBroker.Client.Evidence;

/// <summary>Where this process gets the proof of what it is. It is asked each time proof is shown, so it may answer with fresh evidence.</summary>
public interface IEvidenceSource
{
    /// <summary>The evidence that is good now.</summary>
    /// <exception cref="EvidenceUnavailableException">There is none.</exception>
    ValueTask<WorkloadEvidence> GetAsync(CancellationToken cancellationToken = default);
}
