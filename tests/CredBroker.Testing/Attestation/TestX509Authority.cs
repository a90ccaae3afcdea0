using System.Formats.Asn1;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json.Nodes;

namespace CredBroker.Testing.Attestation;

/// <summary>An authority for tests, a root or one between: it makes certificates both good and wrong.</summary>
public sealed class TestX509Authority : IDisposable
{
    private readonly TimeProvider _time;
    private readonly ECDsa _key;
    private readonly Random? _random;
    private readonly List<IDisposable> _made = [];

    private TestX509Authority(TimeProvider time, X509Certificate2 certificate, ECDsa key, Random? random) =>
        (_time, Certificate, _key, _random) = (time, certificate, key, random);

    /// <summary>Its own certificate, with the key.</summary>
    public X509Certificate2 Certificate { get; }

    /// <summary>Makes a root that is good for years.</summary>
    /// <param name="time">The clock.</param>
    /// <param name="name">Its common name.</param>
    /// <param name="change">Changes what its certificate says.</param>
    /// <param name="random">Where all keys and numbers come from, so that the same certificates can be made once more; null = they are new each time.</param>
    public static TestX509Authority Root(TimeProvider time, string name = "root", Action<CertificateRequest>? change = null, Random? random = null)
    {
        var key = MakeKey(random);
        var request = RequestOf(name, key, change);
        using var certificate = request.Create(
            request.SubjectName, X509SignatureGenerator.CreateForECDsa(key), time.GetUtcNow().AddYears(-1), time.GetUtcNow().AddYears(9), SomeSerial(random));
        return new TestX509Authority(time, certificate.CopyWithPrivateKey(key), key, random);
    }

    /// <summary>Makes one below this.</summary>
    public TestX509Authority Below(string name = "between", Action<CertificateRequest>? change = null)
    {
        var key = MakeKey(_random);
        using var certificate = RequestOf(name, key, change).Create(
            Certificate.SubjectName, X509SignatureGenerator.CreateForECDsa(_key), _time.GetUtcNow().AddDays(-1), _time.GetUtcNow().AddYears(1), SomeSerial(_random));
        var below = new TestX509Authority(_time, certificate.CopyWithPrivateKey(key), key, _random);
        _made.Add(below);
        return below;
    }

    /// <summary>Makes a certificate, with its key.</summary>
    public X509Certificate2 Issue(TestLeaf leaf)
    {
        using var key = leaf.MakeKey?.Invoke() ?? MakeKey(_random);
        // The issuer's key need not be of the kind of the subject's.
        var generator = X509SignatureGenerator.CreateForECDsa(_key);
        using var certificate = leaf.ToRequest(key).Create(
            Certificate.SubjectName, generator, _time.GetUtcNow() - leaf.Backdated, _time.GetUtcNow() + leaf.Life, SomeSerial(_random));
        var made = key is RSA rsa ? certificate.CopyWithPrivateKey(rsa) : certificate.CopyWithPrivateKey((ECDsa)key);
        _made.Add(made);
        return made;
    }

    /// <summary>Changes bytes of a certificate, once, and signs it again.</summary>
    public X509Certificate2 SignAgain(X509Certificate2 certificate, ReadOnlySpan<byte> from, ReadOnlySpan<byte> to)
    {
        var inside = InsideOf(certificate);
        to.CopyTo(inside.AsSpan(inside.AsSpan().IndexOf(from)));
        var made = X509CertificateLoader.LoadCertificate(SignAgain(inside));
        _made.Add(made);
        return made;
    }

    /// <summary>Signs whatever is to be the inside of a certificate's content (RFC 5280 section 4.1, <c>tbsCertificate</c>).</summary>
    public byte[] SignAgain(ReadOnlySpan<byte> inside)
    {
        var content = Sequence(inside);
        var rest = new AsnWriter(AsnEncodingRules.DER);
        using (rest.PushSequence()) rest.WriteObjectIdentifier("1.2.840.10045.4.3.2");
        rest.WriteBitString(_key.SignData(content, HashAlgorithmName.SHA256, DSASignatureFormat.Rfc3279DerSequence));
        return Sequence([.. content, .. rest.Encode()]);
    }

    /// <summary>The inside of what is signed of a certificate.</summary>
    public static byte[] InsideOf(X509Certificate2 certificate) =>
        new AsnReader(new AsnReader(certificate.RawData, AsnEncodingRules.DER).ReadSequence().PeekEncodedValue(), AsnEncodingRules.DER).PeekContentBytes().ToArray();

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
        _key.Dispose();
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

    /// <summary>A sequence of whatever it is given, which need not be values.</summary>
    private static byte[] Sequence(ReadOnlySpan<byte> inside)
    {
        var writer = new AsnWriter(AsnEncodingRules.DER);
        writer.WriteOctetString(inside, new Asn1Tag(TagClass.ContextSpecific, 0));
        var sequence = writer.Encode();
        sequence[0] = 0x30;
        return sequence;
    }

    private static ECDsa MakeKey(Random? random) => random is null ? ECDsa.Create(ECCurve.NamedCurves.nistP256) : new SeededEcdsa(random);

    private static byte[] SomeSerial(Random? random)
    {
        var serial = new byte[8];
        if (random is null) RandomNumberGenerator.Fill(serial);
        else random.NextBytes(serial);
        serial[0] = (byte)((serial[0] & 0x7f) | 1);
        return serial;
    }
}
