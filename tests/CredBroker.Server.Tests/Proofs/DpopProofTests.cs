using System.Security.Cryptography;
using System.Text.Json.Nodes;
using CredBroker.Server.Jose;
using CredBroker.Testing.Attestation;

namespace CredBroker.Server.Tests.Proofs;

/// <summary>What is a DPoP proof at all, and what only looks like one. Whatever can be signed truly is.</summary>
[TestFixture, Category("Unit")]
public sealed class DpopProofTests
{
    private const string Address = "https://broker.test/credbroker.v1.TaskService/OpenTask";

    private TestDpop _caller = null!;

    [SetUp]
    public void Make() => _caller = new TestDpop(TimeProvider.System);

    [TearDown]
    public void Wipe() => _caller.Dispose();

    [TestCase("ES256")]
    [TestCase("ES384")]
    [TestCase("ES512")]
    [TestCase("RS256")]
    [TestCase("PS512")]
    public void Read_GoodProof_TellsKeyAndPurpose(string algorithm)
    {
        using var caller = new TestDpop(TimeProvider.System, algorithm);
        var claims = caller.Claims("POST", Address, "token", "nonce");

        var proof = DpopProof.Read(caller.Sign(caller.Header(), claims));

        using (Assert.EnterMultipleScope())
        {
            Assert.That(proof.Thumbprint, Is.EqualTo(caller.Thumbprint));
            Assert.That((proof.Method, proof.Address, proof.Nonce), Is.EqualTo(("POST", Address, "nonce")));
            Assert.That(proof.TokenHash, Is.EqualTo(TestDpop.HashOf("token")).And.EqualTo(DpopProof.HashOf("token")));
            Assert.That(proof.Id, Is.EqualTo(claims["jti"]!.GetValue<string>()));
            Assert.That(proof.IssuedAt.ToUnixTimeSeconds(), Is.EqualTo(claims["iat"]!.GetValue<long>()));
        }
    }

    [TestCase("typ", null, "its type is that of another kind")]
    [TestCase("typ", "\"JWT\"", "its type is that of another kind")]
    [TestCase("typ", "\"at+jwt\"", "its type is that of another kind")]
    [TestCase("typ", "\"DPOP+JWT\"", "its type is that of another kind")]
    [TestCase("typ", "7", "its 'typ' is not a string")]
    [TestCase("alg", null, "its algorithm does not go with its key")]
    [TestCase("alg", "\"none\"", "its algorithm does not go with its key")]
    [TestCase("alg", "\"HS256\"", "its algorithm does not go with its key")]
    [TestCase("alg", "\"ES384\"", "its algorithm does not go with its key")]
    [TestCase("alg", "\"RS256\"", "its algorithm does not go with its key")]
    [TestCase("jwk", null, "it brings no key along")]
    [TestCase("jwk", "[]", "it brings no key along")]
    [TestCase("jwk", "{}", "its key is not good")]
    [TestCase("jwk", "{\"kty\":\"oct\",\"k\":\"AAAA\"}", "its key is not good: it is no public key")]
    [TestCase("jku", "\"https://evil.test/keys\"", "its header holds 'jku'")]
    [TestCase("x5u", "\"https://evil.test/keys\"", "its header holds 'x5u'")]
    [TestCase("x5c", "[]", "its header holds 'x5c'")]
    [TestCase("crit", "[\"exp\"]", "its header holds 'crit'")]
    [TestCase("b64", "false", "its header holds 'b64'")]
    [TestCase("zip", "\"DEF\"", "its header holds 'zip'")]
    [TestCase("enc", "\"A256GCM\"", "its header holds 'enc'")]
    public void Read_HeaderIsWrong_IsRefused(string name, string? value, string fault)
    {
        var header = _caller.Header();
        header.Remove(name);
        if (value is not null) header[name] = JsonNode.Parse(value);

        AssertFault(_caller.Sign(header, _caller.Claims("POST", Address)), fault);
    }

    [TestCase("d")]
    [TestCase("p")]
    [TestCase("k")]
    public void Read_KeyIsPrivate_IsRefused(string member)
    {
        var header = _caller.Header();
        header["jwk"]!.AsObject()[member] = "AAAA";

        AssertFault(_caller.Sign(header, _caller.Claims("POST", Address)), "its key is not good: it is no public key");
    }

    [TestCase("jti", null, "it has no 'jti'")]
    [TestCase("jti", "\"\"", "it has no 'jti'")]
    [TestCase("jti", "7", "its 'jti' is not a string")]
    [TestCase("htm", null, "it has no 'htm'")]
    [TestCase("htm", "[\"POST\"]", "its 'htm' is not a string")]
    [TestCase("htu", null, "it has no 'htu'")]
    [TestCase("iat", null, "its 'iat' is not a whole number")]
    [TestCase("iat", "1.5", "its 'iat' is not a whole number")]
    [TestCase("iat", "\"1767225600\"", "its 'iat' is not a whole number")]
    [TestCase("iat", "-1", "its 'iat' is not a whole number")]
    [TestCase("iat", "99999999999999", "its 'iat' is not a whole number")]
    [TestCase("iat", "99999999999999999999", "its 'iat' is not a whole number")]
    [TestCase("ath", "null", "its 'ath' is not a string")]
    [TestCase("nonce", "{}", "its 'nonce' is not a string")]
    public void Read_ClaimIsWrong_IsRefused(string name, string? value, string fault)
    {
        var claims = _caller.Claims("POST", Address);
        claims.Remove(name);
        if (value is not null) claims[name] = JsonNode.Parse(value);

        AssertFault(_caller.Sign(_caller.Header(), claims), fault);
    }

    [Test]
    public void Read_IdIsLong_IsRefused()
    {
        var claims = _caller.Claims("POST", Address);
        claims["jti"] = new string('x', 257);
        AssertFault(_caller.Sign(_caller.Header(), claims), "it has no 'jti'");
    }

    [Test]
    public void Read_SignedByAnotherKey_IsRefused()
    {
        using var stranger = TestSigningKey.For("ES256");
        AssertFault(
            TestJws.Sign(_caller.Header().ToJsonString(), _caller.Claims("POST", Address).ToJsonString(), stranger), "its signature does not verify");
    }

    [Test]
    public void Read_SignatureInDer_IsRefused() => AssertFault(
        TestJws.Assemble(
            _caller.Header().ToJsonString(), _caller.Claims("POST", Address).ToJsonString(),
            input => _caller.Key.Sign(input, DSASignatureFormat.Rfc3279DerSequence)),
        "its signature does not verify");

    [Test]
    public void Read_SignatureIsZero_IsRefused() => AssertFault(
        TestJws.Assemble(_caller.Header().ToJsonString(), _caller.Claims("POST", Address).ToJsonString(), _ => new byte[64]), "its signature does not verify");

    [Test]
    public void Read_KeyIsWeak_IsRefused()
    {
        using var weak = TestSigningKey.For("RS256", rsaBits: 1024);
        var header = new JsonObject { ["typ"] = "dpop+jwt", ["alg"] = "RS256", ["jwk"] = weak.ToJwk() };
        AssertFault(TestJws.Sign(header.ToJsonString(), _caller.Claims("POST", Address).ToJsonString(), weak), "its key is not good: it has 1024 bits");
    }

    [TestCase("")]
    [TestCase(".")]
    [TestCase("..")]
    [TestCase("a.b")]
    [TestCase("a.b.c.d")]
    [TestCase("{\"payload\":\"\"}")]
    public void Read_NoCompactForm_IsRefused(string text) => Assert.Throws<JwtFault>(() => DpopProof.Read(text));

    [Test]
    public void Read_Huge_IsRefused() => AssertFault(new string('A', 9_000), "it is larger than 8 KB");

    [Test]
    public void Read_NameTwice_IsRefused()
    {
        var claims = _caller.Claims("POST", Address).ToJsonString();
        AssertFault(TestJws.Sign(_caller.Header().ToJsonString(), claims[..^1] + ",\"htm\":\"GET\"}", _caller.Key), "its claims are not one plain JSON object");
    }

    [TestCase(Address, true)]
    [TestCase("HTTPS://BROKER.TEST/credbroker.v1.TaskService/OpenTask", true)]
    [TestCase("https://broker.test:443/credbroker.v1.TaskService/OpenTask", true)]
    [TestCase("http://broker.test/credbroker.v1.TaskService/OpenTask", false)]
    [TestCase("https://broker.test:8443/credbroker.v1.TaskService/OpenTask", false)]
    [TestCase("https://broker.test.evil.test/credbroker.v1.TaskService/OpenTask", false)]
    [TestCase("https://broker.tes/credbroker.v1.TaskService/OpenTask", false)]
    [TestCase("https://broker.test@evil.test/credbroker.v1.TaskService/OpenTask", false)]
    [TestCase("https://evil@broker.test/credbroker.v1.TaskService/OpenTask", false)]
    [TestCase("https://broker.test/credbroker.v1.taskservice/opentask", false)]
    [TestCase("https://broker.test/credbroker.v1.TaskService/OpenTask/", false)]
    [TestCase("https://broker.test/credbroker.v1.TaskService/EndTask", false)]
    [TestCase("https://broker.test/credbroker.v1.TaskService/OpenTask?a=b", false)]
    [TestCase("https://broker.test/credbroker.v1.TaskService/OpenTask#a", false)]
    [TestCase("/credbroker.v1.TaskService/OpenTask", false)]
    [TestCase("", false)]
    public void IsFor_Address_OnlyThisOne(string address, bool isFor) =>
        Assert.That(DpopProof.Read(_caller.Prove("POST", address)).IsFor(new Uri(Address)), Is.EqualTo(isFor));

    private static void AssertFault(string text, string fault) =>
        Assert.That(Assert.Throws<JwtFault>(() => DpopProof.Read(text))!.Message, Does.Contain(fault));
}
