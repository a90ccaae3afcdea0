using System.Buffers.Text;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using CredBroker.Testing.Attestation;

namespace CredBroker.Conformance.Attestation;

/// <summary>Attacks on the signature and its wrapping. Whatever can be signed truly is, so that only the named fault is there.</summary>
public abstract class JoseConformance(IJwtAttestorForm form) : JwtAttestorConformance(form)
{
    private const string BadSignature = "its signature does not verify";
    private const string NotPlainHeader = "its header is not one plain JSON object";

    [TestCase("none")]
    [TestCase("noNE")]
    [TestCase("NONE")]
    [TestCase("")]
    [TestCase("es256")]
    [TestCase("ES256K")]
    [TestCase("EdDSA")]
    [TestCase("ML-DSA-65")]
    [TestCase("http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha256")]
    public async Task Algorithm_OutsideTheList_IsRefused(string algorithm) =>
        Assert.That(await FaultWithHeader(header => header["alg"] = algorithm), Does.Contain("its algorithm is not among"));

    [TestCase("null")]
    [TestCase("[\"ES256\"]")]
    [TestCase("256")]
    public async Task Algorithm_NotAString_IsRefused(string algorithm) =>
        Assert.That(await FaultWithHeader(header => header["alg"] = JsonNode.Parse(algorithm)), Does.Contain("its algorithm is not among"));

    [TestCase("none")]
    [TestCase("ES256")]
    public async Task Signature_Empty_IsRefused(string algorithm)
    {
        var header = Tested.Header();
        header["alg"] = algorithm;
        var evidence = TestJws.Assemble(header.ToJsonString(), Claims(), _ => []);

        Assert.That(await FaultOf(evidence), Does.Contain("it is not signed"));
        Assert.That(await FaultOf(evidence[..^1]), Does.Contain("it is not three parts"));
    }

    [TestCase("HS256")]
    [TestCase("HS512")]
    public async Task Signature_HmacKeyedWithThePublicKey_IsRefused(string algorithm)
    {
        var header = Tested.Header();
        header["alg"] = algorithm;
        var secret = Tested.Key.PublicKeyInfo();
        var evidence = TestJws.Assemble(header.ToJsonString(), Claims(), input =>
            algorithm == "HS256" ? HMACSHA256.HashData(secret, input) : HMACSHA512.HashData(secret, input));

        Assert.That(await FaultOf(evidence), Does.Contain("its algorithm is not among"));
    }

    [Test]
    public async Task Signature_HmacUnderTheNameOfEs256_IsRefused()
    {
        var evidence = TestJws.Assemble(Header(), Claims(), input => HMACSHA512.HashData(Tested.Key.PublicKeyInfo(), input));

        Assert.That(await FaultOf(evidence), Does.Contain(BadSignature));
    }

    [Test]
    public async Task Signature_Der_IsRefused()
    {
        var evidence = TestJws.Assemble(Header(), Claims(), input => Tested.Key.Sign(input, DSASignatureFormat.Rfc3279DerSequence));

        Assert.That(await FaultOf(evidence), Does.Contain(BadSignature));
    }

    [TestCase(true, true)]
    [TestCase(true, false)]
    [TestCase(false, true)]
    public async Task Signature_RorSIsZero_IsRefused(bool zeroR, bool zeroS)
    {
        var evidence = TestJws.Assemble(Header(), Claims(), input =>
        {
            var signature = Tested.Key.Sign(input);
            if (zeroR) Array.Clear(signature, 0, 32);
            if (zeroS) Array.Clear(signature, 32, 32);
            return signature;
        });

        Assert.That(await FaultOf(evidence), Does.Contain(BadSignature));
    }

    [Test]
    public async Task Signature_ByAnotherKeyUnderATrustedKid_IsRefused()
    {
        using var stranger = TestSigningKey.For("ES256");

        Assert.That(await FaultOf(TestJws.Sign(Header(), Claims(), stranger)), Does.Contain(BadSignature));
    }

    [Test]
    public async Task Signature_OverOtherClaims_IsRefused()
    {
        var honest = Good().Split('.');
        var forged = TestJws.Encode(OtherClaims().ToJsonString());

        Assert.That(await FaultOf($"{honest[0]}.{forged}.{honest[2]}"), Does.Contain(BadSignature));
    }

    [TestCase("jwk", "{\"kty\":\"EC\"}")]
    [TestCase("x5c", "[\"MIIB\"]")]
    [TestCase("crit", "[\"exp\"]")]
    [TestCase("crit", "[]")]
    [TestCase("b64", "false")]
    [TestCase("b64", "true")]
    [TestCase("zip", "\"DEF\"")]
    [TestCase("enc", "\"A256GCM\"")]
    [TestCase("jwk", "null")]
    public async Task Header_HoldsAForbiddenMember_IsRefused(string name, string value) =>
        Assert.That(await FaultWithHeader(header => header[name] = JsonNode.Parse(value)), Does.Contain($"its header holds '{name}'"));

    [Test]
    public async Task Header_EmbedsTheKeyThatSigned_IsRefused()
    {
        using var attacker = TestSigningKey.For("ES256");
        var header = Tested.Header();
        header["kid"] = attacker.KeyId;
        header["jwk"] = attacker.ToJwk();

        Assert.That(await FaultOf(TestJws.Sign(header.ToJsonString(), Claims(), attacker)), Does.Contain("its header holds 'jwk'"));
    }

    [TestCase("jku")]
    [TestCase("x5u")]
    public async Task Header_PointsToAKey_IsRefusedWithoutAnyRequest(string name)
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();

        var fault = await FaultWithHeader(header => header[name] = $"http://{listener.LocalEndpoint}/keys");

        Assert.That(fault, Does.Contain($"its header holds '{name}'"));
        Assert.That(listener.Pending(), Is.False);
    }

    [TestCase("../../etc/passwd")]
    [TestCase("/dev/null")]
    [TestCase("key-*")]
    [TestCase("*")]
    [TestCase("' OR 1=1 --")]
    [TestCase("")]
    [TestCase("a b")]
    [TestCase("a\u0000b")]
    [TestCase("kéy")]
    public async Task KeyId_PathGlobOrWorse_NamesNoKey(string keyId) =>
        Assert.That(await FaultWithHeader(header => header["kid"] = keyId), Does.Contain("its key is not in the").Or.Contain("by a plain 'kid'"));

    [Test]
    public async Task KeyId_OfTenKilobytes_IsRefused() =>
        Assert.That(await FaultWithHeader(header => header["kid"] = new string('k', 10_000)), Does.Contain("by a plain 'kid'"));

    [Test]
    public async Task KeyId_MissingOrNoString_IsRefused()
    {
        Assert.That(await FaultWithHeader(header => header.Remove("kid")), Does.Contain("by a plain 'kid'"));
        Assert.That(await FaultWithHeader(header => header["kid"] = 7), Does.Contain("by a plain 'kid'"));
    }

    [Test]
    public async Task KeyId_OfOtherCase_NamesNoKey() =>
        Assert.That(await FaultWithHeader(header => header["kid"] = Tested.Key.KeyId.ToUpperInvariant()), Does.Contain("its key is not in the"));

    [TestCase("at+jwt")]
    [TestCase("dpop+jwt")]
    [TestCase("secevent+jwt")]
    [TestCase("statuslist+jwt")]
    [TestCase("logout+jwt")]
    [TestCase("application/at+jwt")]
    [TestCase("")]
    public async Task Type_OfAnotherToken_IsRefused(string type) =>
        Assert.That(await FaultWithHeader(header => header["typ"] = type), Does.Contain("its type is that of another kind of token"));

    [Test]
    public async Task Type_Null_IsRefused() =>
        Assert.That(await FaultWithHeader(header => header["typ"] = null), Does.Contain("its type is that of another kind of token"));

    [TestCase("""{"alg":"ES256","kid":"KID","alg":"ES256"}""")]
    [TestCase("""{"alg":"none","kid":"KID","\u0061lg":"ES256"}""")]
    [TestCase("""{"alg":"ES256","kid":"KID","x":{"a":1,"a":1}}""")]
    [TestCase("""[{"alg":"ES256","kid":"KID"}]""")]
    [TestCase("""{"alg":"ES256","kid":"KID"}{}""")]
    [TestCase("""{"alg":"ES256","kid":"KID",}""")]
    [TestCase("""{"alg":"ES256",/**/"kid":"KID"}""")]
    [TestCase("\uFEFF{\"alg\":\"ES256\",\"kid\":\"KID\"}")]
    [TestCase("""{"alg":"ES256","kid":"KID","x":"\ud800"}""")]
    [TestCase("""{"alg":"ES256","kid":"KID","\ud800":1}""")]
    [TestCase("""{"alg":"ES256","kid":"KID","x":[[[[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]]]}""")]
    [TestCase("null")]
    [TestCase("ES256")]
    public async Task Header_NotOnePlainObject_IsRefused(string header) =>
        Assert.That(await FaultOf(TestJws.Sign(header.Replace("KID", Tested.Key.KeyId, StringComparison.Ordinal), Claims(), Tested.Key)), Does.Contain(NotPlainHeader));

    [Test]
    public async Task Header_NotUtf8_IsRefused()
    {
        var bytes = Encoding.Latin1.GetBytes($$"""{"alg":"ES256","kid":"{{Tested.Key.KeyId}}","x":"é"}""");
        var input = $"{Base64Url.EncodeToString(bytes)}.{TestJws.Encode(Claims())}";
        var evidence = $"{input}.{Base64Url.EncodeToString(Tested.Key.Sign(Encoding.ASCII.GetBytes(input)))}";

        Assert.That(await FaultOf(evidence), Does.Contain(NotPlainHeader));
    }

    private JsonObject OtherClaims()
    {
        var claims = Tested.Claims();
        claims["exp"] = claims["exp"]!.GetValue<long>() + 1;
        return claims;
    }

    private string Header() => Tested.Header().ToJsonString();

    private string Claims() => Tested.Claims().ToJsonString();

    private Task<string> FaultWithHeader(Action<JsonObject> change)
    {
        var header = Tested.Header();
        change(header);
        return FaultOf(Sign(header, Tested.Claims()));
    }
}
