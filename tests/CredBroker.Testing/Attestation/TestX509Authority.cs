using System.Formats.Asn1;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json.Nodes;

namespace CredBroker.Testing.Attestation;

/// <summary>An authority for tests, a root or one between: it makes certificates both good and wrong.</summary>
public sealed class TestX509Authority : IDisposable
{
    private readonly TimeProvider _time;
    private readonly List<IDisposable> _made = [];

    private TestX509Authority(TimeProvider time, X509Certificate2 certificate) => (_time, Certificate) = (time, certificate);

    /// <summary>Its own certificate, with the key.</summary>
    public X509Certificate2 Certificate { get; }

    /// <summary>Makes a root that is good for years.</summary>
    public static TestX509Authority Root(TimeProvider time, string name = "root", Action<CertificateRequest>? change = null)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = RequestOf(name, key, change);
        return new TestX509Authority(time, request.CreateSelfSigned(time.GetUtcNow().AddYears(-1), time.GetUtcNow().AddYears(9)));
    }

    /// <summary>Makes one below this.</summary>
    public TestX509Authority Below(string name = "between", Action<CertificateRequest>? change = null)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var certificate = RequestOf(name, key, change).Create(Certificate, _time.GetUtcNow().AddDays(-1), _time.GetUtcNow().AddYears(1), SomeSerial());
        var below = new TestX509Authority(_time, certificate.CopyWithPrivateKey(key));
        _made.Add(below);
        return below;
    }

    /// <summary>Makes a certificate, with its key.</summary>
    public X509Certificate2 Issue(TestLeaf leaf)
    {
        using var key = leaf.MakeKey();
        // The issuer's key need not be of the kind of the subject's.
        var generator = X509SignatureGenerator.CreateForECDsa(Certificate.GetECDsaPrivateKey()!);
        using var certificate = leaf.ToRequest(key).Create(
            Certificate.SubjectName, generator, _time.GetUtcNow() - leaf.Backdated, _time.GetUtcNow() + leaf.Life, SomeSerial());
        var made = key is RSA rsa ? certificate.CopyWithPrivateKey(rsa) : certificate.CopyWithPrivateKey((ECDsa)key);
        _made.Add(made);
        return made;
    }

    /// <summary>Changes bytes of a certificate, once, and signs it again.</summary>
    public X509Certificate2 SignAgain(X509Certificate2 certificate, ReadOnlySpan<byte> from, ReadOnlySpan<byte> to)
    {
        var whole = new AsnReader(certificate.RawData, AsnEncodingRules.DER).ReadSequence();
        var (content, algorithm) = (whole.ReadEncodedValue().ToArray(), whole.ReadEncodedValue());
        to.CopyTo(content.AsSpan(content.AsSpan().IndexOf(from)));
        var writer = new AsnWriter(AsnEncodingRules.DER);
        using (writer.PushSequence())
        {
            writer.WriteEncodedValue(content);
            writer.WriteEncodedValue(algorithm.Span);
            writer.WriteBitString(Certificate.GetECDsaPrivateKey()!.SignData(content, HashAlgorithmName.SHA256, DSASignatureFormat.Rfc3279DerSequence));
        }

        var made = X509CertificateLoader.LoadCertificate(writer.Encode());
        _made.Add(made);
        return made;
    }

    /// <summary>Makes a good X.509-SVID.</summary>
    public X509Certificate2 IssueSvid(string id) => Issue(new TestLeaf { Uris = [id] });

    /// <summary>Its certificate as a member of a SPIFFE bundle.</summary>
    public JsonObject ToJwk() => new()
    {
        ["use"] = "x509-svid",
        ["kty"] = "EC",
        ["crv"] = "P-256",
        ["x5c"] = new JsonArray(Convert.ToBase64String(Certificate.RawData)),
    };

    public void Dispose()
    {
        _made.ForEach(made => made.Dispose());
        Certificate.Dispose();
    }

    private static CertificateRequest RequestOf(string name, ECDsa key, Action<CertificateRequest>? change)
    {
        var request = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign | X509KeyUsageFlags.CrlSign, true));
        request.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(request.PublicKey, false));
        change?.Invoke(request);
        return request;
    }

    private static byte[] SomeSerial()
    {
        var serial = RandomNumberGenerator.GetBytes(8);
        serial[0] = (byte)((serial[0] & 0x7f) | 1);
        return serial;
    }
}
