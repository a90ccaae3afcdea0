using CredBroker.Attestation;

namespace CredBroker.Tests.Attestation;

/// <summary>Proves whatever it was told to, or refuses.</summary>
internal sealed class StubAttestor(string name) : IAttestor
{
    public string Name => name;

    public string Subject { get; init; } = "spiffe://acme.test/agent/x";

    public string[] Selectors { get; set; } = ["spiffe:path:/agent/x"];

    public SingleUse? Use { get; init; }

    public RefusedException? Refusal { get; init; }

    public int Calls { get; private set; }

    public ValueTask<AttestedSubject> AttestAsync(Evidence evidence, CancellationToken cancellationToken)
    {
        Calls++;
        if (Refusal is not null) throw Refusal;
        var proven = new AttestedSubject("made up", Subject, Selectors, "digest", DateTimeOffset.UnixEpoch)
        {
            KeyThumbprint = "jkt",
            Use = Use is null ? null : Use with { Key = evidence.Possession?.Key.Text ?? "" },
        };
        return ValueTask.FromResult(proven);
    }
}
