using CredBroker.Attestation;

namespace CredBroker.Conformance.Attestation;

/// <summary>An attestor whose evidence is accepted each time, so that what is good once is used up, as by <see cref="WorkloadAttestation"/>.</summary>
public sealed class UsingUp(IAttestor attestor, IReplayMemory memory) : IAttestor
{
    public string Name => attestor.Name;

    public async ValueTask<AttestedSubject> AttestAsync(Evidence evidence, CancellationToken cancellationToken)
    {
        var proven = await attestor.AttestAsync(evidence, cancellationToken);
        await proven.UseUpAsync(memory, cancellationToken);
        return proven;
    }
}
