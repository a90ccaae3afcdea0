using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using CredBroker.Server.Access;
using CredBroker.Server.Hosting;
using CredBroker.Server.KeySets;
using CredBroker.Testing.Access;
using CredBroker.Testing.Attestation;
using CredBroker.Tokens;
using Microsoft.Extensions.Logging.Testing;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;

namespace CredBroker.Server.Tests.Access;

[TestFixture, Category("Server"), Parallelizable(ParallelScope.Self)]
public sealed class OidcOperatorsTests
{
    private const string Audience = "credbroker-operators";
    private const string OwnIssuer = "https://broker.acme.test";

    private FakeTimeProvider _time = null!;
    private FakeIssuer _issuer = null!;
    private FakeLogger<OidcOperators> _log = null!;
    private Keyrings _keyrings = null!;
    private OidcOperators _operators = null!;

    [SetUp]
    public async Task StartIssuer()
    {
        _time = new FakeTimeProvider(DateTimeOffset.UnixEpoch.AddYears(56));
        _issuer = await FakeIssuer.StartAsync(_time);
        _log = new FakeLogger<OidcOperators>();
        _keyrings = new Keyrings(_time, new FakeLogger<Keyring>());
        _operators = Make(issuer => { });
    }

    [TearDown]
    public async Task StopIssuer()
    {
        _keyrings.Dispose();
        await _issuer.DisposeAsync();
    }

    [TestCase("RS256")]
    [TestCase("PS384")]
    [TestCase("ES256")]
    [TestCase("ES512")]
    public async Task Authenticate_GoodToken_PrincipalWithItsBindings(string algorithm)
    {
        _issuer.AddKey(algorithm);

        var found = await AuthenticateAsync(_issuer.Issue("alice"));

        Assert.Multiple(() =>
        {
            Assert.That(found?.Principal, Is.EqualTo("alice"));
            Assert.That(found?.MayIn(OperatorRole.Responder, "payments"), Is.True);
            Assert.That(found?.MayIn(OperatorRole.Responder, "logistics"), Is.False);
        });
    }

    [TestCase("at+jwt")]
    [TestCase("AT+JWT")]
    [TestCase(null)]
    public async Task Authenticate_AccessTokenOrUntyped_Taken(string? type) => Assert.That(await TryAsync(header: h => h["typ"] = type), Is.Not.Null);

    [Test]
    public async Task Authenticate_StrangerOfTheIssuer_KnownWithoutRole()
    {
        var found = await AuthenticateAsync(_issuer.Issue("mallory"));

        Assert.That(found?.Bindings, Is.Empty);
    }

    [Test]
    public async Task Authenticate_SeveralAudiences_OneIsEnough() =>
        Assert.That(await TryAsync(claims: c => c["aud"] = new JsonArray("https://api.acme.test", Audience)), Is.Not.Null);

    [Test]
    public async Task Authenticate_KeysByTheirAddress_NoDiscoveryNeeded()
    {
        var operators = Make(issuer => (issuer.Issuer, issuer.JwksUri) = ("https://login.acme.test", $"{_issuer.Address}/keys"));
        _issuer.Name = "https://login.acme.test";

        Assert.That(await operators.AuthenticateAsync(_issuer.Issue("alice"), CancellationToken.None), Is.Not.Null);
    }

    [TestCase("alg", "none")]
    [TestCase("alg", "HS256")]
    [TestCase("alg", "ES256")]
    [TestCase("alg", "RS1")]
    [TestCase("kid", "another")]
    [TestCase("kid", null)]
    [TestCase("typ", "logout+jwt")]
    [TestCase("typ", "dpop+jwt")]
    [TestCase("jku", "https://mallory.test/keys")]
    [TestCase("x5u", "https://mallory.test/chain")]
    [TestCase("crit", "exp")]
    public async Task Authenticate_WrongHeader_Nobody(string name, string? value) => Assert.That(await TryAsync(header: h => h[name] = value), Is.Null);

    [TestCase("iss", "https://mallory.test")]
    [TestCase("iss", null)]
    [TestCase("aud", "credbroker-operators/")]
    [TestCase("aud", "Credbroker-operators")]
    [TestCase("aud", "orders-api")]
    [TestCase("aud", null)]
    [TestCase("exp", null)]
    [TestCase("sub", null)]
    [TestCase("sub", "")]
    [TestCase("sub", "alice\n")]
    [TestCase("sub", "spiffe://acme.test/agent/a")]
    [TestCase("cnf", "x")]
    public async Task Authenticate_WrongClaim_Nobody(string name, string? value) => Assert.That(await TryAsync(claims: c => c[name] = value), Is.Null);

    [Test]
    public async Task Authenticate_IssuerWithAnotherSlash_Nobody() => Assert.That(await TryAsync(claims: c => c["iss"] = $"{_issuer.Name}/"), Is.Null);

    [Test]
    public async Task Authenticate_SubjectNoString_Nobody() => Assert.That(await TryAsync(claims: c => c["sub"] = new JsonArray("alice")), Is.Null);

    [Test]
    public async Task Authenticate_KeyInTheHeader_Nobody()
    {
        using var own = TestSigningKey.For("ES256");
        var header = new JsonObject { ["alg"] = "ES256", ["kid"] = own.KeyId, ["jwk"] = own.ToJwk() };

        Assert.That(await AuthenticateAsync(_issuer.Sign(header, _issuer.Claims("alice"), own)), Is.Null);
    }

    [Test]
    public async Task Authenticate_SignedByAnotherUnderTheKeysName_Nobody()
    {
        using var other = TestSigningKey.For("RS256");

        Assert.That(await AuthenticateAsync(_issuer.Sign(_issuer.Header(), _issuer.Claims("alice"), other)), Is.Null);
    }

    [Test]
    public async Task Authenticate_Unsigned_Nobody()
    {
        var parts = _issuer.Issue("alice").Split('.');
        var none = TestJws.Encode("""{"alg":"none"}""");

        Assert.Multiple(async () =>
        {
            Assert.That(await AuthenticateAsync($"{parts[0]}.{parts[1]}."), Is.Null);
            Assert.That(await AuthenticateAsync($"{none}.{parts[1]}."), Is.Null);
            Assert.That(await AuthenticateAsync($"{none}.{parts[1]}.{parts[2]}"), Is.Null);
        });
    }

    [Test]
    public async Task Authenticate_HmacWithThePublicKey_Nobody()
    {
        var header = new JsonObject { ["alg"] = "HS256", ["kid"] = _issuer.Key.KeyId };
        byte[][] secrets = [_issuer.Key.PublicKeyInfo(), Encoding.UTF8.GetBytes(PemEncoding.WriteString("PUBLIC KEY", _issuer.Key.PublicKeyInfo()))];

        foreach (var secret in secrets)
        {
            var token = TestJws.Assemble(header.ToJsonString(), _issuer.Claims("alice").ToJsonString(), input => HMACSHA256.HashData(secret, input));
            Assert.That(await AuthenticateAsync(token), Is.Null);
        }
    }

    [Test]
    public async Task Authenticate_HmacWithASymmetricKeyOfTheSet_Nobody()
    {
        var secret = RandomNumberGenerator.GetBytes(32);
        _issuer.ForeignKeys.Add(new JsonObject { ["kty"] = "oct", ["kid"] = "shared", ["k"] = Base64Url.EncodeToString(secret) });
        var header = new JsonObject { ["alg"] = "HS256", ["kid"] = "shared" };
        var token = TestJws.Assemble(header.ToJsonString(), _issuer.Claims("alice").ToJsonString(), input => HMACSHA256.HashData(secret, input));

        Assert.That(await AuthenticateAsync(token), Is.Null);
    }

    [Test]
    public async Task Authenticate_EncryptionKeyOfTheSet_Nobody()
    {
        using var key = TestSigningKey.For("RS256");
        var jwk = key.ToJwk();
        jwk["use"] = "enc";
        _issuer.ForeignKeys.Add(jwk);

        Assert.That(await AuthenticateAsync(_issuer.Sign(new JsonObject { ["alg"] = "RS256", ["kid"] = key.KeyId }, _issuer.Claims("alice"), key)), Is.Null);
    }

    [TestCase(0, true)]
    [TestCase(329, true)]
    [TestCase(330, false)]
    [TestCase(400, false)]
    [TestCase(-30, true)]
    [TestCase(-31, false)]
    public async Task Authenticate_ByTheInjectedClock_WithThirtySecondsOfSkew(int secondsLater, bool taken)
    {
        var claims = _issuer.Claims("alice");
        claims["nbf"] = claims["iat"]!.GetValue<long>();
        var token = _issuer.Sign(_issuer.Header(), claims);
        var clock = new FakeTimeProvider(_time.GetUtcNow().AddSeconds(secondsLater));
        var operators = Make(issuer => { }, clock);

        Assert.That(await operators.AuthenticateAsync(token, CancellationToken.None), taken ? Is.Not.Null : Is.Null);
    }

    [Test]
    public async Task Authenticate_IssuedInTheFuture_Nobody() =>
        Assert.That(await TryAsync(claims: c => c["iat"] = _time.GetUtcNow().ToUnixTimeSeconds() + 31), Is.Null);

    [Test]
    public async Task Authenticate_LargerThan16KB_Nobody() => Assert.That(await TryAsync(claims: c => c["x"] = new string('x', 16 * 1024)), Is.Null);

    [TestCase("")]
    [TestCase("x")]
    [TestCase("a.b.c")]
    [TestCase("cbo_viewer.AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")]
    public async Task Authenticate_NoToken_Nobody(string token) => Assert.That(await AuthenticateAsync(token), Is.Null);

    [Test]
    public async Task Authenticate_NameTwiceInTheClaims_Nobody()
    {
        var claims = _issuer.Claims("mallory").ToJsonString().Insert(1, "\"sub\":\"alice\",");

        Assert.That(await AuthenticateAsync(TestJws.Sign(_issuer.Header().ToJsonString(), claims, _issuer.Key)), Is.Null);
    }

    [TestCase(true, true)]
    [TestCase(false, false)]
    [TestCase(null, false)]
    public async Task Authenticate_ByEmail_OnlyAVerifiedOne(bool? verified, bool taken)
    {
        var operators = Make(issuer => issuer.PrincipalClaim = "email");
        var claims = _issuer.Claims("1234");
        claims["email"] = "alice";
        if (verified is { } value) claims["email_verified"] = value;

        var found = await operators.AuthenticateAsync(_issuer.Sign(_issuer.Header(), claims), CancellationToken.None);

        Assert.That(found?.Principal, Is.EqualTo(taken ? "alice" : null));
    }

    [Test]
    public async Task Authenticate_DiscoveryOfAnotherIssuer_CannotTell()
    {
        var token = _issuer.Issue("alice");
        _issuer.Name = "https://mallory.test";

        Assert.That(await CatchAsync(token), Is.EqualTo(ErrorReason.VerifierUnavailable));
    }

    [Test]
    public async Task Authenticate_IssuerDown_CannotTellUntilItIsBack()
    {
        _issuer.IsDown = true;
        var token = _issuer.Issue("alice");
        Assert.That(await CatchAsync(token), Is.EqualTo(ErrorReason.VerifierUnavailable));

        _issuer.IsDown = false;
        _time.Advance(TimeSpan.FromSeconds(5));
        Assert.That(await AuthenticateAsync(token), Is.Not.Null);
    }

    [Test]
    public async Task Authenticate_IssuerDownAfterItsKeysWereRead_Taken()
    {
        await AuthenticateAsync(_issuer.Issue("alice"));
        _issuer.IsDown = true;

        Assert.That(await AuthenticateAsync(_issuer.Issue("alice")), Is.Not.Null);
    }

    [Test]
    public async Task Authenticate_NewKey_IsReadForTheFirstTokenThatNamesItAtMostEveryThirtySeconds()
    {
        await AuthenticateAsync(_issuer.Issue("alice"));
        _issuer.AddKey("ES256");

        _time.Advance(TimeSpan.FromSeconds(29));
        Assert.That(await AuthenticateAsync(_issuer.Issue("alice")), Is.Null);
        _time.Advance(TimeSpan.FromSeconds(1));
        Assert.That(await AuthenticateAsync(_issuer.Issue("alice")), Is.Not.Null);
    }

    [Test]
    public async Task Authenticate_Refused_LogsWhyAndNothingOfTheToken()
    {
        var token = _issuer.Issue("alice", "orders-api");
        await AuthenticateAsync(token);

        var logged = string.Join('\n', _log.Collector.GetSnapshot().Select(record => $"{record.Message} {record.Exception}"));
        Assert.Multiple(() =>
        {
            Assert.That(logged, Does.Contain("A token proves no operator"));
            foreach (var part in token.Split('.')) Assert.That(logged, Does.Not.Contain(part));
        });
    }

    [TestCase("")]
    [TestCase("/")]
    public void Make_TheBrokerItselfAsIssuer_Refused(string suffix) =>
        Assert.That(() => Make(issuer => issuer.Issuer = OwnIssuer + suffix), Throws.TypeOf<StartRefusedException>());

    private OidcOperators Make(Action<OperatorIssuerOptions> change, TimeProvider? time = null)
    {
        var issuer = new OperatorIssuerOptions { Issuer = _issuer.Address, Audience = Audience };
        change(issuer);
        var options = new AccessOptions
        {
            Issuers = { issuer },
            Bindings = { new OperatorBindingOptions { Principal = "alice", Role = "responder", Tenant = "payments" } },
        };
        Assert.That(options.Faults(), Is.Empty);
        return new OidcOperators(Options.Create(options), Options.Create(new TokenOptions { Issuer = OwnIssuer }), _keyrings, time ?? _time, _log);
    }

    private ValueTask<Operator?> AuthenticateAsync(string token) => _operators.AuthenticateAsync(token, CancellationToken.None);

    private ValueTask<Operator?> TryAsync(Action<JsonObject>? header = null, Action<JsonObject>? claims = null)
    {
        var (h, c) = (_issuer.Header(), _issuer.Claims("alice"));
        header?.Invoke(h);
        claims?.Invoke(c);
        foreach (var node in new[] { h, c })
            foreach (var name in node.Where(member => member.Value is null).Select(member => member.Key).ToList()) node.Remove(name);
        return AuthenticateAsync(_issuer.Sign(h, c));
    }

    private async Task<ErrorReason?> CatchAsync(string token)
    {
        try
        {
            await AuthenticateAsync(token);
            return null;
        }
        catch (RefusedException refusal)
        {
            return refusal.Reason;
        }
    }
}
