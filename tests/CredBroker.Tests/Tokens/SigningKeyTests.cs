using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using CredBroker.Tokens;

namespace CredBroker.Tests.Tokens;

[TestFixture, Category("Unit")]
public sealed class SigningKeyTests
{
    [Test]
    public void FromPkcs8Pem_OfExported_SameKey()
    {
        using var key = SigningKey.Generate();
        using var again = SigningKey.FromPkcs8Pem(key.ExportPkcs8Pem());

        Assert.That(again.Public, Is.EqualTo(key.Public));
    }

    [Test]
    public void FromPkcs8Pem_OtherCurve_Refused()
    {
        using var p384 = ECDsa.Create(ECCurve.NamedCurves.nistP384);

        Assert.That(() => SigningKey.FromPkcs8Pem(p384.ExportPkcs8PrivateKeyPem()), Throws.InstanceOf<CryptographicException>());
    }

    [Test]
    public void FromPkcs8Pem_OtherKindsAndDamage_RefusedWithoutRepeatingThem()
    {
        using var ec = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var rsa = RSA.Create(2048);
        var good = ec.ExportPkcs8PrivateKeyPem();
        string[] bad =
        [
            "", "rubbish", ec.ExportSubjectPublicKeyInfoPem(), ec.ExportECPrivateKeyPem(), rsa.ExportPkcs8PrivateKeyPem(),
            good[..(good.Length / 2)], good + "\n" + rsa.ExportPkcs8PrivateKeyPem(),
            ec.ExportEncryptedPkcs8PrivateKeyPem("x", new PbeParameters(PbeEncryptionAlgorithm.Aes256Cbc, HashAlgorithmName.SHA256, 10)),
        ];

        foreach (var pem in bad)
            Assert.That(() => SigningKey.FromPkcs8Pem(pem), Throws.InstanceOf<CryptographicException>().With.Message.Not.Contains("MIG"));
    }

    [Test]
    public void JsonWebKeySet_OfAKey_HoldsPublicMembersOnly()
    {
        using var key = SigningKey.Generate();
        using var document = JsonDocument.Parse(JsonWebKeySetDocument.Write([key.Public]));
        var jwk = document.RootElement.GetProperty("keys")[0];

        Assert.That(string.Join(' ', jwk.EnumerateObject().Select(member => member.Name)), Is.EqualTo("kty use alg kid crv x y"));
    }

    [Test]
    public void Id_OfAKnownKey_IsItsRfc7638Thumbprint()
    {
        // The key of RFC 7515 appendix A.3, whose thumbprint was computed by other libraries.
        var point = new ECPoint
        {
            X = System.Buffers.Text.Base64Url.DecodeFromChars("f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU"),
            Y = System.Buffers.Text.Base64Url.DecodeFromChars("x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0"),
        };

        Assert.That(PublicSigningKey.Of(point, "ES256", "P-256").Id, Is.EqualTo("oKIywvGUpTVTyxMQ3bwIIeQUudfr_CkLMjCE19ECD-U"));
    }

    [Test]
    public void ToString_OfAKey_ShowsItsIdOnly()
    {
        using var key = SigningKey.Generate();

        Assert.That(key.ToString(), Is.EqualTo("signing key " + key.Id));
    }

    [Test]
    public void OpenIdConfiguration_OfAnIssuer_NamesNoEndpointButTheKeys()
    {
        using var key = SigningKey.Generate();

        Assert.Multiple(() =>
        {
            Assert.That(
                Encoding.UTF8.GetString(DiscoveryDocument.OpenIdConfiguration("https://b.example/", [key.Public]).Span),
                Is.EqualTo("""{"issuer":"https://b.example/","jwks_uri":"https://b.example/.well-known/jwks.json","response_types_supported":["id_token"],"subject_types_supported":["public"],"id_token_signing_alg_values_supported":["ES256"]}"""));
            Assert.That(
                Encoding.UTF8.GetString(DiscoveryDocument.AuthorizationServerMetadata("https://b.example").Span),
                Is.EqualTo("""{"issuer":"https://b.example","jwks_uri":"https://b.example/.well-known/jwks.json","response_types_supported":["none"]}"""));
        });
    }

    [TestCase("https://b.example", 0)]
    [TestCase("http://127.0.0.1:7071", 0)]
    [TestCase("https://b.example/base", 0)]
    [TestCase("", 1)]
    [TestCase("b.example", 1)]
    [TestCase("/b", 1)]
    [TestCase("ftp://b.example", 1)]
    [TestCase("https://b.example?x=1", 1)]
    [TestCase("https://b.example#x", 1)]
    [TestCase("https://user@b.example", 1)]
    [TestCase(" https://b.example", 1)]
    public void Faults_OfAnIssuer_AreCounted(string issuer, int faults) =>
        Assert.That(new TokenOptions { Issuer = issuer }.Faults().Count(), Is.EqualTo(faults));
}
