namespace CredBroker.Client.Evidence;

/// <summary>Evidence that answers a challenge of the broker. The client gets one each time proof is shown, and asks for the answer to it.</summary>
public interface IChallengedEvidenceSource : IEvidenceSource
{
    /// <summary>The attestor that reads the evidence, for which the challenge is asked.</summary>
    string Attestor { get; }

    /// <summary>The evidence that answers a challenge.</summary>
    /// <exception cref="EvidenceUnavailableException">There is none.</exception>
    ValueTask<WorkloadEvidence> GetAsync(string challenge, CancellationToken cancellationToken = default);

    /// <inheritdoc/>
    ValueTask<WorkloadEvidence> IEvidenceSource.GetAsync(CancellationToken cancellationToken) =>
        throw new EvidenceUnavailableException("This evidence answers a challenge of the broker, and there is none.");
}
