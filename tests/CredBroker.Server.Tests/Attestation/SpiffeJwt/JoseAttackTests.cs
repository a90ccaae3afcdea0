using System.Buffers.Text;
using System.IO.Compression;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using CredBroker.Testing.Attestation;

namespace CredBroker.Server.Tests.Attestation.SpiffeJwt;

/// <summary>Attacks on the signature and its wrapping. Whatever can be signed truly is, so that only the named fault is there.</summary>
[Category("Unit")]
public sealed class JoseAttackTests
{
    private const string Workload = AttestorUnderTest.Workload;
    private const string BadSignature = "its signature does not verify";
    private const string NotPlainHeader = "its header is not one plain JSON object";

    private AttestorUnderTest _tested;

    [SetUp]
    public void Start() => _tested = AttestorUnderTest.Started();

    [TearDown]
    public void Stop() => _tested.Dispose();

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
        var header = _tested.Domain.Header();
        header["alg"] = algorithm;
        var svid = TestJws.Assemble(header.ToJsonString(), Claims(), _ => []);

        Assert.That(await _tested.FaultOf(svid), Does.Contain("it is not signed"));
        Assert.That(await _tested.FaultOf(svid[..^1]), Does.Contain("it is not three parts"));
    }

    [TestCase("HS256")]
    [TestCase("HS512")]
    public async Task Signature_HmacKeyedWithThePublicKey_IsRefused(string algorithm)
    {
        var header = _tested.Domain.Header();
        header["alg"] = algorithm;
        var secret = _tested.Domain.Key.PublicKeyInfo();
        var svid = TestJws.Assemble(header.ToJsonString(), Claims(), input =>
            algorithm == "HS256" ? HMACSHA256.HashData(secret, input) : HMACSHA512.HashData(secret, input));

        Assert.That(await _tested.FaultOf(svid), Does.Contain("its algorithm is not among"));
    }

    [Test]
    public async Task Signature_HmacUnderTheNameOfEs256_IsRefused()
    {
        var svid = TestJws.Assemble(Header(), Claims(), input => HMACSHA512.HashData(_tested.Domain.Key.PublicKeyInfo(), input));

        Assert.That(await _tested.FaultOf(svid), Does.Contain(BadSignature));
    }

    [Test]
    public async Task Signature_Der_IsRefused()
    {
        var svid = TestJws.Assemble(Header(), Claims(), input => _tested.Domain.Key.Sign(input, DSASignatureFormat.Rfc3279DerSequence));

        Assert.That(await _tested.FaultOf(svid), Does.Contain(BadSignature));
    }

    [TestCase(true, true)]
    [TestCase(true, false)]
    [TestCase(false, true)]
    public async Task Signature_RorSIsZero_IsRefused(bool zeroR, bool zeroS)
    {
        var svid = TestJws.Assemble(Header(), Claims(), input =>
        {
            var signature = _tested.Domain.Key.Sign(input);
            if (zeroR) Array.Clear(signature, 0, 32);
            if (zeroS) Array.Clear(signature, 32, 32);
            return signature;
        });

        Assert.That(await _tested.FaultOf(svid), Does.Contain(BadSignature));
    }

    [Test]
    public async Task Signature_ByAnotherKeyUnderATrustedKid_IsRefused()
    {
        using var stranger = TestSigningKey.For("ES256");

        Assert.That(await _tested.FaultOf(TestJws.Sign(Header(), Claims(), stranger)), Does.Contain(BadSignature));
    }

    [Test]
    public async Task Signature_OverOtherClaims_IsRefused()
    {
        var honest = _tested.Domain.IssueSvid(Workload).Split('.');
        var forged = TestJws.Encode(_tested.Domain.Claims("spiffe://acme.test/agent/admin").ToJsonString());

        Assert.That(await _tested.FaultOf($"{honest[0]}.{forged}.{honest[2]}"), Does.Contain(BadSignature));
    }

    [TestCase("jwk", "{\"kty\":\"EC\"}")]
    [TestCase("x5c", "[\"MIIB\"]")]
    [TestCase("x5t", "\"abc\"")]
    [TestCase("x5t#S256", "\"abc\"")]
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
        var header = _tested.Domain.Header();
        header["kid"] = attacker.KeyId;
        header["jwk"] = attacker.ToJwk();

        Assert.That(await _tested.FaultOf(TestJws.Sign(header.ToJsonString(), Claims(), attacker)), Does.Contain("its header holds 'jwk'"));
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
        Assert.That(await FaultWithHeader(header => header["kid"] = keyId), Does.Contain("its key is not in the bundle").Or.Contain("by a plain 'kid'"));

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
        Assert.That(await FaultWithHeader(header => header["kid"] = _tested.Domain.Key.KeyId.ToUpperInvariant()), Does.Contain("its key is not in the bundle"));

    [TestCase("at+jwt")]
    [TestCase("dpop+jwt")]
    [TestCase("secevent+jwt")]
    [TestCase("statuslist+jwt")]
    [TestCase("jwt")]
    [TestCase("application/JWT")]
    [TestCase("")]
    public async Task Type_OfAnotherToken_IsRefused(string type) =>
        Assert.That(await FaultWithHeader(header => header["typ"] = type), Does.Contain("its type is neither JWT nor JOSE"));

    [Test]
    public async Task Type_Null_IsRefused() =>
        Assert.That(await FaultWithHeader(header => header["typ"] = null), Does.Contain("its type is neither JWT nor JOSE"));

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
        Assert.That(await _tested.FaultOf(TestJws.Sign(header.Replace("KID", _tested.Domain.Key.KeyId, StringComparison.Ordinal), Claims(), _tested.Domain.Key)), Does.Contain(NotPlainHeader));

    [Test]
    public async Task Header_NotUtf8_IsRefused()
    {
        var bytes = Encoding.Latin1.GetBytes($$"""{"alg":"ES256","kid":"{{_tested.Domain.Key.KeyId}}","x":"é"}""");
        var input = $"{Base64Url.EncodeToString(bytes)}.{TestJws.Encode(Claims())}";
        var svid = $"{input}.{Base64Url.EncodeToString(_tested.Domain.Key.Sign(Encoding.ASCII.GetBytes(input)))}";

        Assert.That(await _tested.FaultOf(svid), Does.Contain(NotPlainHeader));
    }

    [TestCase("{0}.")]
    [TestCase("{0}.eyJ9")]
    [TestCase(".{0}")]
    [TestCase("{{\"payload\":\"{0}\"}}")]
    [TestCase("")]
    [TestCase("x")]
    [TestCase("..")]
    [TestCase("...")]
    public async Task Form_NotThreeParts_IsRefused(string form) =>
        Assert.That(await _tested.FaultOf(string.Format(null, form, Good())), Does.Contain("it is not three parts").Or.Contain("not canonical base64url"));

    [Test]
    public async Task Form_JsonSerialisation_IsRefused()
    {
        var parts = Good().Split('.');
        var flat = new JsonObject { ["protected"] = parts[0], ["payload"] = parts[1], ["signature"] = parts[2] }.ToJsonString();

        Assert.That(await _tested.FaultOf(flat), Does.Contain("it is not three parts"));
    }

    [TestCase(" {0}")]
    [TestCase("{0}\n")]
    [TestCase("{0}\r\n")]
    [TestCase("{0}=")]
    [TestCase("{0}==")]
    [TestCase("\uFEFF{0}")]
    [TestCase("Bearer {0}")]
    public async Task Form_AnythingAroundIt_IsRefused(string form) =>
        Assert.That(await _tested.FaultOf(string.Format(null, form, Good())), Does.Contain("not canonical base64url"));

    [TestCase(' ')]
    [TestCase('\n')]
    [TestCase('\t')]
    [TestCase('\0')]
    [TestCase('+')]
    [TestCase('/')]
    [TestCase('=')]
    public async Task Form_ForeignByteInAPart_IsRefused(char foreign)
    {
        var parts = Good().Split('.');
        for (var i = 0; i < 3; i++)
        {
            var changed = parts.ToArray();
            changed[i] = changed[i].Insert(4, foreign.ToString());
            Assert.That(await _tested.FaultOf(string.Join('.', changed)), Does.Contain("not canonical base64url"));
        }
    }

    [Test]
    public async Task Form_LooseBitsInTheLastDigit_AreRefused()
    {
        // 64 bytes end in a digit of which only two bits count: the same bytes can be written in sixteen ways.
        var good = Good();
        const string Digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
        var loose = good[..^1] + Digits[Digits.IndexOf(good[^1], StringComparison.Ordinal) | 1];

        Assert.That(await _tested.FaultOf(loose), Does.Contain("not canonical base64url"));
    }

    [Test]
    public async Task Form_Jwe_IsRefused()
    {
        var header = TestJws.Encode("""{"alg":"RSA-OAEP","enc":"A256GCM","zip":"DEF"}""");

        Assert.That(await _tested.FaultOf($"{header}.AAAA.AAAA.AAAA.AAAA"), Does.Contain("it is not three parts"));
    }

    [Test]
    public async Task Form_ZipBomb_IsRefusedUnopened()
    {
        using var packed = new MemoryStream();
        using (var deflate = new DeflateStream(packed, CompressionLevel.SmallestSize, leaveOpen: true)) deflate.Write(new byte[8_000_000]);
        var header = _tested.Domain.Header();
        header["zip"] = "DEF";
        var input = $"{TestJws.Encode(header.ToJsonString())}.{Base64Url.EncodeToString(packed.ToArray())}";
        var svid = $"{input}.{Base64Url.EncodeToString(_tested.Domain.Key.Sign(Encoding.ASCII.GetBytes(input)))}";

        Assert.That(svid, Has.Length.LessThan(16 * 1024));
        Assert.That(await _tested.FaultOf(svid), Does.Contain("its header holds 'zip'"));
    }

    [Test]
    public async Task Form_LargerThanSixteenKilobytes_IsRefused()
    {
        var claims = _tested.Domain.Claims(Workload);
        claims["padding"] = new string('x', 16 * 1024);

        Assert.That(await _tested.FaultOf(_tested.Domain.Sign(_tested.Domain.Header(), claims)), Does.Contain("it is larger than 16 KB"));
    }

    private string Good() => _tested.Domain.IssueSvid(Workload);

    private string Header() => _tested.Domain.Header().ToJsonString();

    private string Claims() => _tested.Domain.Claims(Workload).ToJsonString();

    private Task<string> FaultWithHeader(Action<JsonObject> change)
    {
        var header = _tested.Domain.Header();
        change(header);
        return _tested.FaultOf(_tested.Domain.Sign(header, _tested.Domain.Claims(Workload)));
    }
}
