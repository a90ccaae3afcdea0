using System.Security.Cryptography.X509Certificates;
using System.Text.Json.Nodes;
using CredBroker.Attestation;
using CredBroker.Conformance.Attestation;
using CredBroker.Server.Attestation;
using CredBroker.Server.Attestation.SpiffeX509;
using CredBroker.Server.KeySets;
using CredBroker.Server.Tests.Hosting;
using CredBroker.Testing.Attestation;
using Microsoft.Extensions.Logging.Testing;
using Microsoft.Extensions.Time.Testing;

namespace CredBroker.Server.Tests.Attestation.SpiffeX509;

/// <summary>
/// The attestor with the bundles of two trust domains in files and a clock that the test holds. Workloads have their SVIDs from an authority
/// between, whose certificate is the payload.
/// </summary>
internal sealed class SpiffeX509UnderTest : IAttestorUnderTest
{
    private readonly ScratchFolder _scratch = new();
    private readonly Keyrings _keyrings;
    private readonly KeyringWatcher _watcher;

    /// <param name="random">Where the keys of the certificates come from; null = they are new.</param>
    public SpiffeX509UnderTest(Random? random = null)
    {
        Root = TestX509Authority.Root(Time, random: random);
        OtherRoot = TestX509Authority.Root(Time, "other", random: random);
        Between = Root.Below();
        WriteBundle("acme.test", Root);
        WriteBundle("other.test", OtherRoot);
        foreach (var name in new[] { "acme.test", "other.test" })
            Options.TrustDomains.Add(new SpiffeTrustDomainOptions { Name = name, BundleFile = _scratch.File(name) });
        // The clock of the tests runs through every second.
        Options.LastGoodFor = TimeSpan.FromMinutes(10);
        Assert.That(Options.Faults(), Is.Empty);
        _keyrings = new Keyrings(Time, KeyringLog);
        _watcher = new KeyringWatcher(_keyrings, Time);
        Attestor = new SpiffeX509Attestor(new TrustDomainRoots(_keyrings, Microsoft.Extensions.Options.Options.Create(Options)), Time, Log);
        _watcher.StartAsync(CancellationToken.None).GetAwaiter().GetResult();
    }

    public FakeTimeProvider Time { get; } = new(new DateTimeOffset(2026, 3, 1, 12, 0, 0, TimeSpan.Zero));

    public SpiffeX509Options Options { get; } = new();

    public FakeLogger<SpiffeX509Attestor> Log { get; } = new();

    public FakeLogger<Keyring> KeyringLog { get; } = new();

    public TestX509Authority Root { get; }

    public TestX509Authority OtherRoot { get; }

    public TestX509Authority Between { get; }

    public IAttestor Attestor { get; }

    public string Subject => "spiffe://acme.test/agent/x";

    public bool IsSingleUse => false;

    public int UnforeseenFaults => Log.Collector.Count;

    /// <summary>What an SVID for the subject says, to be changed.</summary>
    public TestLeaf Leaf => new() { Uris = [Subject] };

    /// <summary>Writes the bundle of a trust domain; it is taken at the next look.</summary>
    public void WriteBundle(string name, params TestX509Authority[] roots) => WriteBundle(name, [.. roots.Select(root => root.ToJwk())]);

    /// <inheritdoc cref="WriteBundle(string, TestX509Authority[])"/>
    public void WriteBundle(string name, JsonNode[] entries) =>
        TestTrustDomain.WriteBundle(_scratch.File(name), new JsonObject { ["keys"] = new JsonArray(entries) }.ToJsonString());

    public void RemoveBundle(string name) => File.Delete(_scratch.File(name));

    public void NextLook() => Time.Advance(KeyringWatcher.Interval);

    public Task<Evidence> MakeEvidenceAsync() => Task.FromResult(EvidenceOf(Between.IssueSvid(Subject), Between.Certificate));

    /// <summary>What a caller shows who connected with a certificate.</summary>
    public static Evidence EvidenceOf(X509Certificate2 peer, params X509Certificate2[] chain) =>
        new("spiffe_x509", chain.SelectMany(certificate => certificate.RawData).ToArray()) { PeerCertificate = peer.RawData };

    /// <summary>What a caller shows whose certificate is made by the authority between.</summary>
    public Evidence EvidenceOf(TestLeaf leaf) => EvidenceOf(Between.Issue(leaf), Between.Certificate);

    public Task<AttestedSubject> AttestAsync(Evidence evidence) => Attestor.AttestAsync(evidence, CancellationToken.None).AsTask();

    public Task<string> FaultOf(Evidence evidence) => AttestorConformance.FaultOf(Attestor, evidence);

    public ValueTask DisposeAsync()
    {
        _watcher.Dispose();
        _keyrings.Dispose();
        Root.Dispose();
        OtherRoot.Dispose();
        _scratch.Dispose();
        return ValueTask.CompletedTask;
    }
}
