using System.Buffers.Text;
using System.IO.Compression;
using System.Text;
using System.Text.Json.Nodes;
using CredBroker.Testing.Attestation;

namespace CredBroker.Conformance.Attestation;

/// <summary>Evidence that is not exactly one JWS in compact form. What is inside is good.</summary>
public abstract class JwsFormConformance(IJwtAttestorForm form) : JwtAttestorConformance(form)
{

    [TestCase("{0}.")]
    [TestCase("{0}.eyJ9")]
    [TestCase(".{0}")]
    [TestCase("{{\"payload\":\"{0}\"}}")]
    [TestCase("")]
    [TestCase("x")]
    [TestCase("..")]
    [TestCase("...")]
    public async Task Form_NotThreeParts_IsRefused(string form) =>
        Assert.That(await FaultOf(string.Format(null, form, Good())), Does.Contain("it is not three parts").Or.Contain("not canonical base64url").Or.Contain("it is not signed"));

    [Test]
    public async Task Form_JsonSerialisation_IsRefused()
    {
        var parts = Good().Split('.');
        var flat = new JsonObject { ["protected"] = parts[0], ["payload"] = parts[1], ["signature"] = parts[2] }.ToJsonString();

        Assert.That(await FaultOf(flat), Does.Contain("it is not three parts"));
    }

    [TestCase(" {0}")]
    [TestCase("{0}\n")]
    [TestCase("{0}\r\n")]
    [TestCase("{0}=")]
    [TestCase("{0}==")]
    [TestCase("\uFEFF{0}")]
    [TestCase("Bearer {0}")]
    public async Task Form_AnythingAroundIt_IsRefused(string form) =>
        Assert.That(await FaultOf(string.Format(null, form, Good())), Does.Contain("not canonical base64url"));

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
            Assert.That(await FaultOf(string.Join('.', changed)), Does.Contain("not canonical base64url"));
        }
    }

    [Test]
    public async Task Form_LooseBitsInTheLastDigit_AreRefused()
    {
        // 64 bytes end in a digit of which only two bits count: the same bytes can be written in sixteen ways.
        var good = Good();
        const string Digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
        var loose = good[..^1] + Digits[Digits.IndexOf(good[^1], StringComparison.Ordinal) | 1];

        Assert.That(await FaultOf(loose), Does.Contain("not canonical base64url"));
    }

    [Test]
    public async Task Form_Jwe_IsRefused()
    {
        var header = TestJws.Encode("""{"alg":"RSA-OAEP","enc":"A256GCM","zip":"DEF"}""");

        Assert.That(await FaultOf($"{header}.AAAA.AAAA.AAAA.AAAA"), Does.Contain("it is not three parts"));
    }

    [Test]
    public async Task Form_ZipBomb_IsRefusedUnopened()
    {
        using var packed = new MemoryStream();
        using (var deflate = new DeflateStream(packed, CompressionLevel.SmallestSize, leaveOpen: true)) deflate.Write(new byte[8_000_000]);
        var header = Tested.Header();
        header["zip"] = "DEF";
        var input = $"{TestJws.Encode(header.ToJsonString())}.{Base64Url.EncodeToString(packed.ToArray())}";
        var evidence = $"{input}.{Base64Url.EncodeToString(Tested.Key.Sign(Encoding.ASCII.GetBytes(input)))}";

        Assert.That(evidence, Has.Length.LessThan(16 * 1024));
        Assert.That(await FaultOf(evidence), Does.Contain("its header holds 'zip'"));
    }

    [Test]
    public async Task Form_LargerThanSixteenKilobytes_IsRefused()
    {
        var claims = Tested.Claims();
        claims["padding"] = new string('x', 16 * 1024);

        Assert.That(await FaultOf(Sign(Tested.Header(), claims)), Does.Contain("it is larger than 16 KB"));
    }
}
