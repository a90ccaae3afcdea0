using System.Net;
using System.Text.Json.Nodes;
using CredBroker.Testing.Attestation;

namespace CredBroker.Tests.Verification;

/// <summary>Tokens that are bound to a key: good with a proof for this token, this request and now, and once.</summary>
[Category("Server")]
internal sealed class BoundTokenTests : VerificationFixture
{
    private const string NotAccepted = "DPoP error=\"invalid_dpop_proof\", error_description=\"proof of possession not accepted\"";

    private TestDpop _caller = null!;
    private ProtectedService _service = null!;
    private string _token = null!;

    [SetUp]
    public async Task StartServiceAsync()
    {
        _caller = new TestDpop(Time);
        _service = await StartServiceAsync(null);
        _token = Broker.Draft("lse_1").With("cnf", new JsonObject { ["jkt"] = _caller.Thumbprint }).Sign(Broker.Key.Key);
    }

    [TearDown]
    public void Wipe() => _caller.Dispose();

    [TestCase("https://orders.acme.test/orders")]
    [TestCase(null)]
    public async Task Get_GoodProof_Answers(string? address)
    {
        var answer = await _service.GetAsync(_token, scheme: "DPoP", proofs: _caller.Prove("GET", address ?? $"{_service.Address}/orders", _token));

        Assert.That(answer.Status, Is.EqualTo(HttpStatusCode.OK), answer.Challenge);
    }

    [Test]
    public async Task Get_ProofForAnAddressOfTheSettings_Answers()
    {
        var service = await StartServiceAsync(options => options.Addresses.Add(new Uri("https://shop.acme.test:8443")));

        var here = await service.GetAsync(_token, scheme: "DPoP", proofs: _caller.Prove("GET", "https://shop.acme.test:8443/orders", _token));
        var elsewhere = await service.GetAsync(_token, scheme: "DPoP", proofs: _caller.Prove("GET", "https://orders.acme.test/orders", _token));

        Assert.That((here.Status, elsewhere.Status), Is.EqualTo((HttpStatusCode.OK, HttpStatusCode.Unauthorized)));
    }

    [Test]
    public async Task Get_SameProofTwice_IsRefused()
    {
        var proof = Proof();

        var answers = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => _service.GetAsync(_token, scheme: "DPoP", proofs: proof)));

        Assert.That(answers.Count(answer => answer.Status == HttpStatusCode.OK), Is.EqualTo(1));
        Assert.That(answers.Where(answer => answer.Status != HttpStatusCode.OK).Select(answer => answer.Challenge), Is.All.StartsWith(NotAccepted));
    }

    [Test]
    public async Task Get_BoundTokenAsBearer_IsRefused()
    {
        foreach (var answer in new[] { await _service.GetAsync(_token), await _service.GetAsync(_token, proofs: Proof()) })
            Assert.That(answer.Challenge, Is.EqualTo("Bearer error=\"invalid_token\", error_description=\"bound to a key\""));
    }

    [Test]
    public async Task Get_BearerTokenByDpop_IsRefused()
    {
        var token = Broker.Token();

        Assert.That((await _service.GetAsync(token, scheme: "DPoP", proofs: _caller.Prove("GET", $"{_service.Address}/orders", token))).Challenge, Does.StartWith(NotAccepted));
    }

    [TestCase("POST", "https://orders.acme.test/orders")]
    [TestCase("get", "https://orders.acme.test/orders")]
    [TestCase("GET", "https://orders.acme.test/refunds")]
    [TestCase("GET", "https://billing.acme.test/orders")]
    [TestCase("GET", "http://orders.acme.test/orders")]
    [TestCase("GET", "https://orders.acme.test/orders?all=1")]
    public async Task Get_ProofForAnotherRequest_IsRefused(string method, string address) =>
        await AssertNotAcceptedAsync(_caller.Prove(method, address, _token));

    [Test]
    public async Task Get_ProofForAnotherToken_IsRefused() =>
        await AssertNotAcceptedAsync(_caller.Prove("GET", "https://orders.acme.test/orders", Broker.Token()));

    [Test]
    public async Task Get_ProofForNoToken_IsRefused() => await AssertNotAcceptedAsync(_caller.Prove("GET", "https://orders.acme.test/orders"));

    [Test]
    public async Task Get_ProofByAnotherKey_IsRefused()
    {
        using var thief = new TestDpop(Time);
        await AssertNotAcceptedAsync(thief.Prove("GET", "https://orders.acme.test/orders", _token));
    }

    [Test]
    public async Task Get_NoneOrTwoOrRubbish_IsRefused()
    {
        await AssertNotAcceptedAsync();
        await AssertNotAcceptedAsync(Proof(), Proof());
        await AssertNotAcceptedAsync("rubbish");
        await AssertNotAcceptedAsync(_token);
    }

    [TestCase(-59, true)]
    [TestCase(-60, false)]
    [TestCase(5, true)]
    [TestCase(6, false)]
    public async Task Get_AgeOfTheProof_IsWithinItsBounds(int seconds, bool isGood)
    {
        var claims = _caller.Claims("GET", "https://orders.acme.test/orders", _token);
        claims["iat"] = Time.GetUtcNow().ToUnixTimeSeconds() + seconds;
        var proof = _caller.Sign(_caller.Header(), claims);

        if (!isGood) await AssertNotAcceptedAsync(proof);
        else Assert.That((await _service.GetAsync(_token, scheme: "DPoP", proofs: proof)).Status, Is.EqualTo(HttpStatusCode.OK));
    }

    [Test]
    public async Task Get_BoundToACertificate_IsRefusedWithoutIt()
    {
        var token = Broker.Draft("lse_2").With("cnf", new JsonObject { ["x5t#S256"] = _caller.Thumbprint }).Sign(Broker.Key.Key);

        Assert.That((await _service.GetAsync(token)).Challenge, Does.Contain("bound to a key"));
        Assert.That(
            (await _service.GetAsync(token, scheme: "DPoP", proofs: _caller.Prove("GET", $"{_service.Address}/orders", token))).Challenge, Does.StartWith(NotAccepted));
    }

    [TestCase("{}")]
    [TestCase("[]")]
    [TestCase("\"key\"")]
    [TestCase("{\"jwk\":{}}")]
    [TestCase("{\"jkt\":7}")]
    [TestCase("{\"jkt\":\"a\",\"x5t#S256\":\"b\"}")]
    public async Task Get_BindingThatIsNotUnderstood_IsRefused(string binding)
    {
        var token = Broker.Draft("lse_3").With("cnf", JsonNode.Parse(binding)).Sign(Broker.Key.Key);

        Assert.That((await _service.GetAsync(token)).Challenge, Does.Contain("bound to a key"));
    }

    private string Proof() => _caller.Prove("GET", $"{_service.Address}/orders", _token);

    private async Task AssertNotAcceptedAsync(params string[] proofs)
    {
        var answer = await _service.GetAsync(_token, scheme: "DPoP", proofs: proofs);
        Assert.That(answer.Status, Is.EqualTo(HttpStatusCode.Unauthorized));
        Assert.That(answer.Challenge, Does.StartWith(NotAccepted));
    }
}
