using System.Text;
using System.Text.RegularExpressions;
using CredBroker.Attestation;
using CredBroker.Server.Attestation.SpiffeJwt;
using CredBroker.Testing;
using CredBroker.Testing.Attestation;
using Microsoft.Extensions.Logging.Testing;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;

namespace CredBroker.Server.Tests.Attestation.SpiffeJwt;

/// <summary>The attestor with real bundle files in a folder of its own and a clock that the test holds.</summary>
internal sealed class AttestorUnderTest : IDisposable
{
    public const string Workload = "spiffe://acme.test/agent/x";

    private static readonly Lazy<string> Documentation =
        new(() => File.ReadAllText(Path.Combine(Repository.Root, "docs", "attestors", "spiffe_jwt.md")));

    private readonly string _folder = Directory.CreateTempSubdirectory("spiffe-jwt-").FullName;
    private readonly List<TestTrustDomain> _domains = [];
    private readonly TrustBundleWatcher _watcher;

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
        Keyrings = new TrustDomainKeyrings(options, Time, KeyringLog);
        _watcher = new TrustBundleWatcher(Keyrings, Time, new FakeLogger<TrustBundleWatcher>());
        Attestor = new SpiffeJwtAttestor(Keyrings, options, Time, AttestorLog);
    }

    public FakeTimeProvider Time { get; } = new(new DateTimeOffset(2026, 3, 1, 12, 0, 0, TimeSpan.Zero));

    public FakeLogger<TrustDomainKeyring> KeyringLog { get; } = new();

    public FakeLogger<SpiffeJwtAttestor> AttestorLog { get; } = new();

    public TrustDomainKeyrings Keyrings { get; }

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
    public void NextLook() => Time.Advance(TrustBundleWatcher.Interval);

    public Task<AttestedSubject> AttestAsync(string svid) => AttestAsync(Encoding.UTF8.GetBytes(svid));

    public Task<AttestedSubject> AttestAsync(byte[] payload) =>
        Attestor.AttestAsync(new Evidence("spiffe_jwt", payload), CancellationToken.None).AsTask();

    /// <summary>The sentence by which evidence is refused as not proving what it claims. Every such sentence must be documented.</summary>
    public async Task<string> FaultOf(string svid)
    {
        var refused = await Assert.ThrowsAsync<RefusedException>(() => AttestAsync(svid));
        Assert.That(refused!.Reason, Is.EqualTo(ErrorReason.AttestationFailed), refused.Message);
        Assert.That(Documentation.Value, Does.Contain($"| {Generalised(refused.Message)} |"));
        return refused.Message;
    }

    private static string Generalised(string message)
    {
        var sentence = message["The JWT-SVID is refused: ".Length..].TrimEnd('.');
        sentence = Regex.Replace(sentence, "^its header holds '.+'$", "its header holds '…'");
        return Regex.Replace(sentence, "^its '.+' is not a whole number", "its '…' is not a whole number");
    }

    public void Dispose()
    {
        _watcher.Dispose();
        _domains.ForEach(domain => domain.Dispose());
        Directory.Delete(_folder, recursive: true);
    }
}
