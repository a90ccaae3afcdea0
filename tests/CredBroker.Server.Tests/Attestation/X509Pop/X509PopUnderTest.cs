using System.Buffers.Text;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json.Nodes;
using CredBroker.Attestation;
using CredBroker.Conformance.Attestation;
using CredBroker.Server.Attestation.X509Pop;
using CredBroker.Server.KeySets;
using CredBroker.Server.Tests.Hosting;
using CredBroker.Testing.Attestation;
using Microsoft.Extensions.Logging.Testing;
using Microsoft.Extensions.Time.Testing;

namespace CredBroker.Server.Tests.Attestation.X509Pop;

/// <summary>The attestor with the roots of two authorities in files and a clock that the test holds.</summary>
internal sealed class X509PopUnderTest : IAttestorUnderTest
{
    private readonly ScratchFolder _scratch = new();
    private readonly Keyrings _keyrings;
    private readonly KeyringWatcher _watcher;

    /// <param name="random">Where the keys of the certificates come from; null = they are new.</param>
    public X509PopUnderTest(Random? random = null)
    {
        Root = TestX509Authority.Root(Time, random: random);
        OtherRoot = TestX509Authority.Root(Time, "other", random: random);
        Between = Root.Below();
        WriteRoots("machines", Root);
        WriteRoots("lab", OtherRoot);
        foreach (var name in new[] { "machines", "lab" }) Options.Authorities.Add(new X509AuthorityOptions { Name = name, RootsFile = _scratch.File(name) });
        // The clock of the tests runs through every second.
        Options.LastGoodFor = TimeSpan.FromMinutes(10);
        Assert.That(Options.Faults(), Is.Empty);
        Challenges = TestChallenges.Of(Time, Replays);
        _keyrings = new Keyrings(Time, new FakeLogger<Keyring>());
        _watcher = new KeyringWatcher(_keyrings, Time);
        Attestor = new X509PopAttestor(new TrustedAuthorities(_keyrings, Microsoft.Extensions.Options.Options.Create(Options)), Challenges, Time, Log);
        _watcher.StartAsync(CancellationToken.None).GetAwaiter().GetResult();
    }

    public FakeTimeProvider Time { get; } = new(new DateTimeOffset(2026, 3, 1, 12, 0, 0, TimeSpan.Zero));

    public MemoryReplays Replays { get; } = new();

    public Challenges Challenges { get; }

    public X509PopOptions Options { get; } = new();

    public FakeLogger<X509PopAttestor> Log { get; } = new();

    public TestX509Authority Root { get; }

    public TestX509Authority OtherRoot { get; }

    public TestX509Authority Between { get; }

    public IAttestor Attestor { get; }

    public string Subject => "x509://machines/press-7";

    public bool IsSingleUse => true;

    public int UnforeseenFaults => Log.Collector.Count;

    /// <summary>What the certificate of a machine says, to be changed.</summary>
    public static TestLeaf Leaf => new() { Subject = "CN=press-7, O=Acme", DnsNames = ["press-7.acme.test"] };

    public void WriteRoots(string name, params TestX509Authority[] roots)
    {
        File.WriteAllText(_scratch.File($"{name}.new"), string.Join('\n', roots.Select(root => root.Certificate.ExportCertificatePem())));
        File.Move(_scratch.File($"{name}.new"), _scratch.File(name), overwrite: true);
    }

    public void RemoveRoots(string name) => File.Delete(_scratch.File(name));

    public void NextLook() => Time.Advance(KeyringWatcher.Interval);

    public Task<Evidence> MakeEvidenceAsync() => Task.FromResult(EvidenceOf(Answer(Between.Issue(Leaf), Between.Certificate)));

    public bool IsSame(ReadOnlyMemory<byte> good, byte[] damaged) => SameJson.Is(good, damaged);

    /// <summary>A truly signed answer to a fresh challenge, to be changed.</summary>
    public JsonObject Answer(X509Certificate2 leaf, params X509Certificate2[] between) => Answer(leaf, Challenges.New("x509_pop", "").Text, between);

    /// <inheritdoc cref="Answer(X509Certificate2, X509Certificate2[])"/>
    public static JsonObject Answer(X509Certificate2 leaf, string challenge, params X509Certificate2[] between) => new()
    {
        ["challenge"] = challenge,
        ["chain"] = Base64Url.EncodeToString([.. leaf.RawData, .. between.SelectMany(certificate => certificate.RawData)]),
        ["signature"] = Base64Url.EncodeToString(Sign(leaf, $"credbroker x509_pop v1\n{challenge}")),
    };

    public static byte[] Sign(X509Certificate2 leaf, string text)
    {
        var data = Encoding.UTF8.GetBytes(text);
        using var ec = leaf.GetECDsaPrivateKey();
        if (ec is not null) return ec.SignData(data, ec.KeySize > 256 ? HashAlgorithmName.SHA384 : HashAlgorithmName.SHA256);
        using var rsa = leaf.GetRSAPrivateKey()!;
        return rsa.SignData(data, HashAlgorithmName.SHA256, RSASignaturePadding.Pss);
    }

    public static Evidence EvidenceOf(JsonObject answer) => new("x509_pop", Encoding.UTF8.GetBytes(answer.ToJsonString()));

    public Task<AttestedSubject> AttestAsync(JsonObject answer) => Attestor.AttestAsync(EvidenceOf(answer), CancellationToken.None).AsTask();

    public Task<string> FaultOf(JsonObject answer) => AttestorConformance.FaultOf(Attestor, EvidenceOf(answer));

    /// <summary>What a certificate is refused for.</summary>
    public Task<string> FaultOf(TestLeaf leaf) => FaultOf(Answer(Between.Issue(leaf), Between.Certificate));

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
