using System.Text;
using System.Text.Json.Nodes;
using CredBroker.Attestation;
using CredBroker.Conformance.Attestation;
using CredBroker.Server.Attestation.Oidc;
using CredBroker.Server.KeySets;
using CredBroker.Testing.Access;
using CredBroker.Testing.Attestation;
using CredBroker.Tokens;
using Microsoft.Extensions.Logging.Testing;
using Microsoft.Extensions.Time.Testing;

namespace CredBroker.Server.Tests.Attestation.Oidc;

/// <summary>The attestor with an issuer on loopback, a replay memory in this process and a clock that the test holds.</summary>
internal sealed class OidcUnderTest : IJwtAttestorUnderTest
{
    private readonly List<Keyrings> _keyrings = [];

    private OidcUnderTest(FakeIssuer issuer, FakeTimeProvider time, Action<OidcIssuerOptions>? configure, TimeSpan? clockSkew)
    {
        Issuer = issuer;
        Time = time;
        issuer.AddKey("ES256");
        var trusted = new OidcIssuerOptions { Name = "acme", Issuer = issuer.Address };
        configure?.Invoke(trusted);
        Options.Issuers.Add(trusted);
        if (clockSkew is { } skew) Options.ClockSkew = skew;
        Attestor = Replica();
    }

    public FakeIssuer Issuer { get; }

    public FakeTimeProvider Time { get; }

    public MemoryReplays Replays { get; } = new();

    public OidcOptions Options { get; } = new();

    public FakeLogger<OidcAttestor> Log { get; } = new();

    public IAttestor Attestor { get; private set; }

    public TestSigningKey Key => Issuer.Key;

    public string Subject => "oidc://acme/repo:acme/orders:ref:refs/heads/main";

    public bool IsSingleUse => true;

    public int UnforeseenFaults => Log.Collector.Count;

    public static async Task<OidcUnderTest> StartAsync(Action<OidcIssuerOptions>? configure = null, TimeSpan? clockSkew = null)
    {
        var time = new FakeTimeProvider(new DateTimeOffset(2026, 3, 1, 12, 0, 0, TimeSpan.Zero));
        return new OidcUnderTest(await FakeIssuer.StartAsync(time), time, configure, clockSkew);
    }

    /// <summary>Trusts another issuer too.</summary>
    public void Trust(string name, FakeIssuer other)
    {
        Options.Issuers.Add(new OidcIssuerOptions { Name = name, Issuer = other.Address });
        Attestor = Replica();
    }

    /// <summary>Another replica of the attestor, with the same replay memory.</summary>
    public IAttestor Replica()
    {
        Assert.That(Options.Faults(), Is.Empty);
        _keyrings.Add(new Keyrings(Time, new FakeLogger<Keyring>()));
        var issuers = new TrustedIssuers(
            Microsoft.Extensions.Options.Options.Create(Options),
            Microsoft.Extensions.Options.Options.Create(new TokenOptions { Issuer = "https://broker.acme.test" }), _keyrings[^1], Time);
        return new UsingUp(new OidcAttestor(issuers, Time, Log), Replays);
    }

    public JsonObject Header() => Issuer.Header();

    public JsonObject Claims()
    {
        var claims = Issuer.Claims("repo:acme/orders:ref:refs/heads/main", "credbroker");
        claims["jti"] = Guid.NewGuid().ToString("N");
        return claims;
    }

    /// <summary>A good token, changed.</summary>
    public string Token(Action<JsonObject>? change = null)
    {
        var claims = Claims();
        change?.Invoke(claims);
        return Issuer.Sign(Header(), claims);
    }

    public Task<AttestedSubject> AttestAsync(string token, IAttestor? replica = null, ProofKey? key = null) => (replica ?? Attestor).AttestAsync(
        new Evidence("oidc", Encoding.UTF8.GetBytes(token)) { Possession = key is null ? null : new Possession(key, Proof: null) }, CancellationToken.None).AsTask();

    public Task<string> FaultOf(string token) => JwtAttestorConformance.FaultOf(Attestor, token);

    public async ValueTask DisposeAsync()
    {
        _keyrings.ForEach(keyrings => keyrings.Dispose());
        await Issuer.DisposeAsync();
    }
}
