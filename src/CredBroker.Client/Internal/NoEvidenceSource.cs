using CredBroker.Client.Evidence;

namespace CredBroker.Client.Internal;

/// <summary>For callers that are people: no call of theirs carries evidence.</summary>
internal sealed class NoEvidenceSource : IEvidenceSource
{
    public ValueTask<WorkloadEvidence> GetAsync(CancellationToken cancellationToken) =>
        throw new InvalidOperationException("Operators do not attest.");
}
