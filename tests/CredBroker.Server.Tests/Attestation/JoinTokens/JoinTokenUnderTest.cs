using System.Text;
using CredBroker.Attestation;
using CredBroker.Conformance.Attestation;
using CredBroker.Server.Attestation.JoinTokens;
using CredBroker.Server.Tests.Hosting;
using CredBroker.Testing.Attestation;
using Microsoft.Extensions.Logging.Testing;
using Microsoft.Extensions.Time.Testing;

namespace CredBroker.Server.Tests.Attestation.JoinTokens;

/// <summary>The attestor with a real file of hashes, a replay memory in this process and a clock that the test holds.</summary>
internal sealed class JoinTokenUnderTest : IAttestorUnderTest
{
    private readonly ScratchFolder _scratch = new();

    public JoinTokenUnderTest(Action<JoinTokenOptions>? configure = null)
    {
        Options.File = _scratch.File("join-tokens");
        configure?.Invoke(Options);
        Attestor = Replica();
        File.WriteAllText(FilePath, "# who may join\n\n");
    }

    public FakeTimeProvider Time { get; } = new(new DateTimeOffset(2026, 3, 1, 12, 0, 0, TimeSpan.Zero));

    public MemoryReplays Replays { get; } = new();

    public JoinTokenOptions Options { get; } = new();

    public FakeLogger<JoinTokenAttestor> Log { get; } = new();

    public FakeLogger<JoinTokenFile> FileLog { get; } = new();

    public IAttestor Attestor { get; }

    public string Subject => "join://edge/7";

    public bool IsSingleUse => true;

    public int UnforeseenFaults => Log.Collector.Count;

    public string FilePath => _scratch.File("join-tokens");

    /// <summary>Makes a token and writes its line, without letting the file be read again.</summary>
    public JoinToken Make(string name = "edge/7", TimeSpan? life = null)
    {
        var token = JoinToken.New();
        File.AppendAllText(FilePath, $"{LineOf(token, name, life)}\n");
        return token;
    }

    public JoinTokenLine LineOf(JoinToken token, string name = "edge/7", TimeSpan? life = null) =>
        new(name, Time.GetUtcNow() + (life ?? TimeSpan.FromHours(1)), token.Hash);

    /// <summary>Waits until the file is looked at again.</summary>
    public void NextLook() => Time.Advance(TimeSpan.FromSeconds(1));

    /// <summary>Another replica of the attestor, with the same replay memory.</summary>
    public IAttestor Replica()
    {
        var options = Microsoft.Extensions.Options.Options.Create(Options);
        return new UsingUp(new JoinTokenAttestor(new JoinTokenFile(options, Time, FileLog), options, Time, Log), Replays);
    }

    public Task<Evidence> MakeEvidenceAsync()
    {
        var token = Make();
        NextLook();
        return Task.FromResult(EvidenceOf(token));
    }

    public static Evidence EvidenceOf(JoinToken token) => new("join_token", Encoding.ASCII.GetBytes(token.Reveal()));

    public Task<AttestedSubject> AttestAsync(Evidence evidence, IAttestor? replica = null) =>
        (replica ?? Attestor).AttestAsync(evidence, CancellationToken.None).AsTask();

    public Task<string> FaultOf(Evidence evidence) => AttestorConformance.FaultOf(Attestor, evidence);

    public ValueTask DisposeAsync()
    {
        _scratch.Dispose();
        return ValueTask.CompletedTask;
    }
}
