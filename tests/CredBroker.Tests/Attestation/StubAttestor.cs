using CredBroker.Attestation;

namespace CredBroker.Tests.Attestation;

/// <summary>Proves whatever it was told to, or refuses.</summary>
internal sealed class StubAttestor(string name) : IAttestor
{
    public string Name => name;

    public string Subject { get; init; } = "spiffe://acme.test/agent/x";

    public string[] Selectors { get; set; } = ["spiffe:path:/agent/x"];

    public RefusedException? Refusal { get; init; }

    public int Calls { get; private set; }

    public ValueTask<AttestedSubject> AttestAsync(Evidence evidence, CancellationToken cancellationToken)
    {
        Calls++;
        return Refusal is null
            ? ValueTask.FromResult(new AttestedSubject("made up", Subject, Selectors, "digest", DateTimeOffset.UnixEpoch) { KeyThumbprint = "jkt" })
            : throw Refusal;
    }
}
