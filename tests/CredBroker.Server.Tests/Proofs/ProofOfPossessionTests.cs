using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using CredBroker.Attestation;
using CredBroker.Server.Proofs;
using CredBroker.Testing.Attestation;
using CredBroker.Tokens;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;

namespace CredBroker.Server.Tests.Proofs;

/// <summary>A proof held against the request that it comes with.</summary>
[TestFixture, Category("Unit")]
public sealed class ProofOfPossessionTests
{
    private const string Path = "/credbroker.v1.CredentialService/Issue";
    private const string Address = "https://broker.test:8443" + Path;
    private const string Token = "cbt_token";

    private readonly FakeTimeProvider _time = new(new DateTimeOffset(2026, 3, 14, 9, 26, 53, TimeSpan.Zero));
    private TestDpop _caller = null!;
    private OwnRing _ring = null!;
    private DpopNonces _nonces = null!;
    private ProofOptions _options = null!;

    [SetUp]
    public void Make()
    {
        _caller = new TestDpop(_time);
        _ring = new OwnRing();
        _nonces = new DpopNonces(new Stamps(_ring, _time));
        _options = new ProofOptions { Authorities = { "broker.test:8443" } };
    }

    [TearDown]
    public void Wipe()
    {
        _caller.Dispose();
        _ring.Dispose();
    }

    [Test]
    public void Of_GoodProof_IsTheKeyAndGoodOnce()
    {
        var possession = Prove(Proof());

        Assert.That(possession.Key, Is.EqualTo(new ProofKey(ProofKind.Dpop, _caller.Thumbprint)));
        Assert.That(possession.Proof!.ExpiresAt, Is.EqualTo(_time.GetUtcNow() + TimeSpan.FromSeconds(60)));
    }

    [Test]
    public void Of_SameIdOfAnotherKey_IsAnotherProof()
    {
        using var other = new TestDpop(_time);
        var claims = _caller.Claims("POST", Address, Token, _nonces.New());

        Assert.That(Prove(_caller.Sign(_caller.Header(), claims)).Proof, Is.Not.EqualTo(Prove(other.Sign(other.Header(), claims)).Proof));
    }

    [Test]
    public void Of_NoHeader_IsRefusedWithAToken() => AssertRefused("there is not exactly one");

    [Test]
    public void Of_NoHeaderAndNoToken_IsNothing() => Assert.That(Subject().Of(Request()), Is.Null);

    [Test]
    public void Of_TwoHeaders_IsRefused() => AssertRefused("there is not exactly one", Proof(), Proof());

    [Test]
    public void Of_TwoInOneHeader_IsRefused() => AssertRefused("it is not three parts", $"{Proof()},{Proof()}");

    [TestCase("GET")]
    [TestCase("post")]
    [TestCase("")]
    public void Of_OtherMethod_IsRefused(string method) =>
        AssertRefused("it was made for another method", _caller.Prove(method, Address, Token, _nonces.New()));

    [TestCase("https://broker.test:8443/credbroker.v1.CredentialService/Renew")]
    [TestCase("https://broker.test/credbroker.v1.CredentialService/Issue")]
    [TestCase("https://other.test:8443/credbroker.v1.CredentialService/Issue")]
    [TestCase("http://broker.test:8443/credbroker.v1.CredentialService/Issue")]
    public void Of_OtherAddress_IsRefused(string address) =>
        AssertRefused("it was made for another address", _caller.Prove("POST", address, Token, _nonces.New()));

    [Test]
    public void Of_AddressThatTheRequestClaims_IsRefused()
    {
        var request = Request(_caller.Prove("POST", "https://other.test" + Path, Token, _nonces.New()));
        request.Request.Host = new HostString("other.test");

        AssertRefused("it was made for another address", request);
    }

    [TestCase("127.0.0.1", true)]
    [TestCase("::1", true)]
    [TestCase("10.0.0.1", false)]
    [TestCase(null, false)]
    public void Of_AddressOfThisMachine_IsGoodForCallersOnIt(string? remote, bool isGood)
    {
        var request = Request(_caller.Prove("POST", "http://localhost:7070" + Path, Token, _nonces.New()));
        (request.Request.Scheme, request.Request.Host) = ("http", new HostString("localhost", 7070));
        request.Connection.RemoteIpAddress = remote is null ? null : IPAddress.Parse(remote);

        if (isGood) Assert.That(Subject().Of(request, Token).Key.Thumbprint, Is.EqualTo(_caller.Thumbprint));
        else AssertRefused("it was made for another address", request);
    }

    [TestCase("cbt_other")]
    [TestCase(null)]
    public void Of_OtherToken_IsRefused(string? token) =>
        AssertRefused("it was made for another token", _caller.Prove("POST", Address, token, _nonces.New()));

    [Test]
    public void Of_TokenWhereNoneIs_IsRefused()
    {
        var refused = Assert.Throws<RefusedException>(() => Subject().Of(Request(Proof())));
        Assert.That(refused!.Message, Does.Contain("it was made for another token"));
    }

    [TestCase(-59, true)]
    [TestCase(-60, false)]
    [TestCase(-61, false)]
    [TestCase(4, true)]
    [TestCase(5, true)]
    [TestCase(6, false)]
    public void Of_Age_IsWithinItsBounds(int seconds, bool isGood)
    {
        var claims = _caller.Claims("POST", Address, Token, _nonces.New());
        claims["iat"] = _time.GetUtcNow().ToUnixTimeSeconds() + seconds;
        var proof = _caller.Sign(_caller.Header(), claims);

        if (isGood) Assert.That(Prove(proof).Proof!.ExpiresAt, Is.GreaterThan(_time.GetUtcNow()));
        else AssertRefused(seconds < 0 ? "it is too old" : "it was made in the future", proof);
    }

    [Test]
    public void Of_NoNonce_IsRefusedAndGetsOne()
    {
        var request = Request(_caller.Prove("POST", Address, Token));

        var refused = Assert.Throws<RefusedException>(() => Subject().Of(request, Token));

        Assert.That(refused!.Reason, Is.EqualTo(ErrorReason.ProofInvalid));
        var nonce = refused.Metadata["dpop_nonce"];
        Assert.That(request.Response.Headers["DPoP-Nonce"].ToString(), Is.EqualTo(nonce));
        Assert.That(Prove(_caller.Prove("POST", Address, Token, nonce)).Key.Thumbprint, Is.EqualTo(_caller.Thumbprint));
    }

    [Test]
    public void Of_NonceOfAnotherBroker_IsRefused()
    {
        using var ring = new OwnRing();
        AssertRefused("it holds no nonce", _caller.Prove("POST", Address, Token, new DpopNonces(new Stamps(ring, _time)).New()));
        AssertRefused("it holds no nonce", _caller.Prove("POST", Address, Token, ""));
        AssertRefused("it holds no nonce", _caller.Prove("POST", Address, Token, new Stamps(_ring, _time).Make("challenge", [], TimeSpan.FromMinutes(1)).Text));
    }

    [TestCase(299, true)]
    [TestCase(300, false)]
    public void Of_NonceGrowsOld_IsRefused(int seconds, bool isGood)
    {
        var nonce = _nonces.New();
        _time.Advance(TimeSpan.FromSeconds(seconds));
        var proof = _caller.Prove("POST", Address, Token, nonce);

        if (isGood) Assert.That(Prove(proof).Key.Thumbprint, Is.EqualTo(_caller.Thumbprint));
        else AssertRefused("it holds no nonce", proof);
    }

    [Test]
    public void Of_NoncesNotDemanded_GoesWithout()
    {
        _options.RequireNonce = false;
        Assert.That(Prove(_caller.Prove("POST", Address, Token)).Key.Thumbprint, Is.EqualTo(_caller.Thumbprint));
        AssertRefused("it holds no nonce", _caller.Prove("POST", Address, Token, "made up"));
    }

    [Test]
    public void Of_JsonCall_IsHeldAgainstItsOwnAddress()
    {
        var request = Request(_caller.Prove("GET", "https://broker.test:8443/v1/tasks/tsk_1", Token, _nonces.New()));
        (request.Request.Method, request.Request.Path) = ("GET", "/v1/tasks/tsk_1");
        request.Request.QueryString = new QueryString("?page_size=1");

        Assert.That(Subject().Of(request, Token).Key.Thumbprint, Is.EqualTo(_caller.Thumbprint));
    }

    [Test]
    public void Of_ClientCertificate_IsItsThumbprint()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var certificate = new CertificateRequest("CN=agent", key, HashAlgorithmName.SHA256).CreateSelfSigned(_time.GetUtcNow(), _time.GetUtcNow().AddHours(1));
        var request = Request();
        request.Connection.ClientCertificate = certificate;

        var possession = Subject().Of(request);

        Assert.That(possession, Is.EqualTo(new Possession(
            new ProofKey(ProofKind.Mtls, System.Buffers.Text.Base64Url.EncodeToString(SHA256.HashData(certificate.RawData))), Proof: null)));
    }

    [TestCase("broker.test", true)]
    [TestCase("broker.test:8443", true)]
    [TestCase("[::1]:8443", true)]
    [TestCase("https://broker.test", false)]
    [TestCase("broker.test/path", false)]
    [TestCase("evil@broker.test", false)]
    [TestCase("", false)]
    public void Faults_Authority_IsHostAndPort(string authority, bool isGood) =>
        Assert.That(new ProofOptions { Authorities = { authority } }.Faults(), isGood ? Is.Empty : Is.Not.Empty);

    private string Proof() => _caller.Prove("POST", Address, Token, _nonces.New());

    private Possession Prove(string proof) => Subject().Of(Request(proof), Token);

    private ProofOfPossession Subject()
    {
        var options = Options.Create(_options);
        return new ProofOfPossession(new OwnAddresses(options, Options.Create(new TokenOptions { Issuer = "https://broker.test" })), _nonces, options, _time);
    }

    private static DefaultHttpContext Request(params string[] proofs)
    {
        var context = new DefaultHttpContext();
        (context.Request.Method, context.Request.Scheme, context.Request.Path) = ("POST", "https", Path);
        context.Request.Host = new HostString("broker.test", 8443);
        if (proofs.Length > 0) context.Request.Headers["DPoP"] = proofs;
        return context;
    }

    private void AssertRefused(string fault, params string[] proofs) => AssertRefused(fault, Request(proofs));

    private void AssertRefused(string fault, HttpContext request)
    {
        var refused = Assert.Throws<RefusedException>(() => Subject().Of(request, Token));
        Assert.That(refused!.Reason, Is.EqualTo(ErrorReason.ProofInvalid));
        Assert.That(refused.Message, Does.Contain(fault));
    }

    private sealed class OwnRing : ISigningKeyRing, IDisposable
    {
        public SigningKey Current { get; } = SigningKey.Generate();

        public IReadOnlyList<PublicSigningKey> Published => [Current.Public];

        public void Dispose() => Current.Dispose();
    }
}
