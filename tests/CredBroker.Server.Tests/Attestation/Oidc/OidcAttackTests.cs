using System.Net;
using System.Net.Sockets;
using System.Text.Json.Nodes;
using CredBroker.Testing.Access;
using CredBroker.Testing.Attestation;

namespace CredBroker.Server.Tests.Attestation.Oidc;

/// <summary>Truly signed tokens of the wrong issuer, about the wrong subject, or of the wrong kind.</summary>
[TestFixture, Category("Server"), Parallelizable(ParallelScope.Self)]
public sealed class OidcAttackTests
{
    private const string NotTrusted = "its issuer is not trusted here";
    private const string NotSubject = "its subject is not plain ASCII text";

    private OidcUnderTest _tested;

    [SetUp]
    public async Task Start() => _tested = await OidcUnderTest.StartAsync();

    [TearDown]
    public async Task Stop() => await _tested.DisposeAsync();

    [TestCase("{0}/")]
    [TestCase("{0}/x")]
    [TestCase("{0}.evil.test")]
    [TestCase(" {0}")]
    [TestCase("{0}\n")]
    [TestCase("{0}#x")]
    [TestCase("{0}?x")]
    [TestCase("{0}\u200b")]
    [TestCase("HTTP://127.0.0.1")]
    [TestCase("https://token.actions.githubusercontent.com")]
    [TestCase("")]
    public async Task Issuer_AlmostTheRightOne_IsRefused(string form) =>
        Assert.That(await _tested.FaultOf(_tested.Token(claims => claims["iss"] = string.Format(null, form, _tested.Issuer.Address))), Does.Contain(NotTrusted));

    [Test]
    public async Task Issuer_InOtherLetters_IsRefused()
    {
        await using var tested = await OidcUnderTest.StartAsync(issuer => (issuer.Issuer, issuer.JwksUri) = ("https://login.acme.test", $"{issuer.Issuer}/keys"));
        await tested.AttestAsync(tested.Token(claims => claims["iss"] = "https://login.acme.test"));

        foreach (var other in new[] { "https://LOGIN.acme.test", "https://login.\u0430cme.test", "https://login.acme.test:443", "https://login.acme.tes", "login.acme.test" })
            Assert.That(await tested.FaultOf(tested.Token(claims => claims["iss"] = other)), Does.Contain(NotTrusted));
    }

    [Test]
    public async Task Issuer_Missing_IsRefused() => Assert.That(await _tested.FaultOf(_tested.Token(claims => claims.Remove("iss"))), Does.Contain("it names no issuer"));

    [Test]
    public async Task Issuer_OfTheAttacker_IsNeverAsked()
    {
        using var attacker = new TcpListener(IPAddress.Loopback, 0);
        attacker.Start();

        Assert.That(await _tested.FaultOf(_tested.Token(claims => claims["iss"] = $"http://{attacker.LocalEndpoint}")), Does.Contain(NotTrusted));
        Assert.That(attacker.Pending(), Is.False);
    }

    [Test]
    public async Task Key_OfAnotherTrustedIssuer_ProvesNothingHere()
    {
        await using var other = await FakeIssuer.StartAsync(_tested.Time);
        _tested.Trust("other", other);
        var token = _tested.Issuer.Sign(other.Header(), _tested.Claims(), other.Key);

        Assert.That(await _tested.FaultOf(token), Does.Contain("its key is not in the key set of its issuer"));
    }

    [Test]
    public async Task Key_OfAnotherTrustedIssuerUnderTheSameKid_ProvesNothingHere()
    {
        await using var other = await FakeIssuer.StartAsync(_tested.Time);
        var twin = other.AddKey("ES256").As("ES256", _tested.Key.KeyId);
        other.ForeignKeys.Add(twin.ToJwk());
        _tested.Trust("other", other);

        Assert.That(await _tested.FaultOf(_tested.Issuer.Sign(_tested.Header(), _tested.Claims(), twin)), Does.Contain("its signature does not verify"));
        twin.Dispose();
    }

    [TestCase("null")]
    [TestCase("7")]
    [TestCase("\"\"")]
    [TestCase("[\"x\"]")]
    [TestCase("\"repo:acme/ord\\u0435rs\"")]
    [TestCase("\"repo:acme/orders\\n\"")]
    [TestCase("\"repo:acme/orders\\u0000\"")]
    [TestCase("\"repo:acme/orders\\u2028\"")]
    public async Task Subject_NoPlainText_IsRefused(string subject) =>
        Assert.That(await _tested.FaultOf(_tested.Token(claims => claims["sub"] = JsonNode.Parse(subject))), Does.Contain(NotSubject));

    [Test]
    public async Task Subject_MissingOrTooLong_IsRefused()
    {
        Assert.That(await _tested.FaultOf(_tested.Token(claims => claims.Remove("sub"))), Does.Contain(NotSubject));
        Assert.That(await _tested.FaultOf(_tested.Token(claims => claims["sub"] = new string('s', 1025))), Does.Contain(NotSubject));
    }

    [Test]
    public async Task IssuedAt_Missing_IsRefused() => Assert.That(await _tested.FaultOf(_tested.Token(claims => claims.Remove("iat"))), Does.Contain("it has no 'iat'"));

    [Test]
    public async Task BoundToken_IsNoBearerToken() =>
        Assert.That(await _tested.FaultOf(_tested.Token(claims => claims["cnf"] = new JsonObject { ["jkt"] = "x" })), Does.Contain("it is bound to a key"));

    [TestCase("jkt", ProofKind.Dpop)]
    [TestCase("x5t#S256", ProofKind.Mtls)]
    public async Task BoundToken_WithItsKey_IsGoodAndWithNoOther(string member, ProofKind kind)
    {
        await using var tested = await OidcUnderTest.StartAsync(issuer => issuer.SingleUse = false);
        var token = tested.Token(claims => claims["cnf"] = new JsonObject { [member] = "own" });

        Assert.That((await tested.AttestAsync(token, key: new ProofKey(kind, "own"))).KeyThumbprint, Is.EqualTo("own"));

        var wrongKind = kind == ProofKind.Dpop ? ProofKind.Mtls : ProofKind.Dpop;
        foreach (var other in new[] { null, new ProofKey(kind, "other"), new ProofKey(wrongKind, "own") })
        {
            var refused = await Assert.ThrowsAsync<RefusedException>(() => tested.AttestAsync(token, key: other));
            Assert.That(refused!.Message, Does.Contain("it is bound to a key that was not proved"));
        }
    }

    [Test]
    public async Task Token_OfTheBrokerItself_IsNoEvidence() =>
        Assert.That(await _tested.FaultOf(_tested.Token(claims => claims["iss"] = "https://broker.acme.test")), Does.Contain(NotTrusted));

    [Test]
    public async Task Keys_Withdrawn_AreRefusedAlsoWhereTheTokenWasKnownGood()
    {
        await using var tested = await OidcUnderTest.StartAsync(issuer => issuer.SingleUse = false);
        var token = tested.Token();
        await tested.AttestAsync(token);
        tested.Issuer.RemoveKey(tested.Issuer.Key);
        tested.Issuer.AddKey("ES256");
        tested.Time.Advance(TimeSpan.FromSeconds(30));
        await tested.AttestAsync(tested.Token());

        Assert.That(await tested.FaultOf(token), Does.Contain("its key is not in the key set of its issuer"));
    }

    [Test]
    public async Task Keys_SymmetricInTheSet_VerifyNothing()
    {
        var secret = new byte[32];
        _tested.Issuer.ForeignKeys.Add(new JsonObject { ["kty"] = "oct", ["kid"] = "shared", ["k"] = Convert.ToBase64String(secret).TrimEnd('=') });
        var token = TestJws.Assemble(
            """{"alg":"HS256","kid":"shared"}""", _tested.Claims().ToJsonString(), input => System.Security.Cryptography.HMACSHA256.HashData(secret, input));

        Assert.That(await _tested.FaultOf(token), Does.Contain("its algorithm is not among"));
    }
}
