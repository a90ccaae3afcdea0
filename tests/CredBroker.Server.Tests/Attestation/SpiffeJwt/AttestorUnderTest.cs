using System.Text;
using CredBroker.Attestation;
using CredBroker.Conformance.Attestation;
using CredBroker.Server.Attestation;
using CredBroker.Server.Attestation.SpiffeJwt;
using CredBroker.Server.KeySets;
using CredBroker.Testing.Attestation;
using Microsoft.Extensions.Logging.Testing;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;

namespace CredBroker.Server.Tests.Attestation.SpiffeJwt;

/// <summary>The attestor with real bundle files in a folder of its own and a clock that the test holds.</summary>
internal sealed class AttestorUnderTest : IDisposable
{
    public const string Workload = "spiffe://acme.test/agent/x";

    private readonly string _folder = Directory.CreateTempSubdirectory("spiffe-jwt-").FullName;
    private readonly List<TestTrustDomain> _domains = [];
    private readonly Keyrings _keyrings;
    private readonly KeyringWatcher _watcher;

    public AttestorUnderTest(Action<SpiffeJwtOptions>? configure = null, string[]? trustDomains = null)
    {
        var settings = new SpiffeJwtOptions { Audiences = { "credbroker" } };
        foreach (var name in trustDomains ?? ["acme.test"])
        {
            _domains.Add(new TestTrustDomain(name, Time));
            settings.TrustDomains.Add(new SpiffeTrustDomainOptions { Name = name, BundleFile = BundleFile(name) });
        }

        configure?.Invoke(settings);
        var options = Options.Create(settings);
        _keyrings = new Keyrings(Time, KeyringLog);
        _watcher = new KeyringWatcher(_keyrings, Time);
        Attestor = new SpiffeJwtAttestor(new TrustDomainKeyrings(_keyrings, options, new FakeLogger<TrustDomainKeyrings>()), options, Time, AttestorLog);
    }

    public FakeTimeProvider Time { get; } = new(new DateTimeOffset(2026, 3, 1, 12, 0, 0, TimeSpan.Zero));

    public FakeLogger<Keyring> KeyringLog { get; } = new();

    public FakeLogger<SpiffeJwtAttestor> AttestorLog { get; } = new();

    /// <summary>The keyring of the first trust domain.</summary>
    public Keyring Keyring => _keyrings.All.First();

    public SpiffeJwtAttestor Attestor { get; }

    public TestTrustDomain Domain => _domains[0];

    /// <summary>Writes every bundle and starts the watcher.</summary>
    public static AttestorUnderTest Started(Action<SpiffeJwtOptions>? configure = null, params string[] trustDomains)
    {
        var attestor = new AttestorUnderTest(configure, trustDomains.Length == 0 ? null : trustDomains);
        attestor.WriteBundles();
        attestor.Start();
        return attestor;
    }

    public TestTrustDomain DomainOf(string name) => _domains.Single(domain => domain.Name == name);

    public string BundleFile(string name = "acme.test") => Path.Combine(_folder, $"{name}.json");

    public void WriteBundles() => _domains.ForEach(domain => domain.WriteBundle(BundleFile(domain.Name)));

    public void Start() => _watcher.StartAsync(CancellationToken.None).GetAwaiter().GetResult();

    /// <summary>Lets the watcher look once more. The fake clock runs its timer within the call.</summary>
    public void NextLook() => Time.Advance(KeyringWatcher.Interval);

    public Task<AttestedSubject> AttestAsync(string svid) => AttestAsync(Encoding.UTF8.GetBytes(svid));

    public Task<AttestedSubject> AttestAsync(byte[] payload) =>
        Attestor.AttestAsync(new Evidence("spiffe_jwt", payload), CancellationToken.None).AsTask();

    /// <summary>The sentence by which evidence is refused as not proving what it claims. Every such sentence must be documented.</summary>
    public Task<string> FaultOf(string svid) => JwtAttestorConformance.FaultOf(Attestor, svid);

    public void Dispose()
    {
        _watcher.Dispose();
        _keyrings.Dispose();
        _domains.ForEach(domain => domain.Dispose());
        Directory.Delete(_folder, recursive: true);
    }
}
