using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using CredBroker.Client;
using CredBroker.Client.Evidence;
using CredBroker.Testing.Attestation;

namespace CredBroker.Tests.Client;

[TestFixture, Category("Unit")]
public sealed class CertificateEvidenceSourceTests
{
    private string _folder = "";
    private TestX509Authority _root = null!;
    private CertificateEvidenceSource _source = null!;

    [SetUp]
    public void Start()
    {
        _folder = Directory.CreateTempSubdirectory("certificate-").FullName;
        _root = TestX509Authority.Root(TimeProvider.System);
        _source = new CertificateEvidenceSource(CertificateFile, KeyFile);
    }

    [TearDown]
    public void Stop()
    {
        _source.Dispose();
        _root.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    [Test]
    public async Task Files_WithTheOnesBetween_AreTheChainAndTheCertificateWithItsKey()
    {
        using var between = _root.Below();
        var svid = Write(between, between.Certificate);

        var evidence = await _source.GetAsync();
        var certificate = await _source.GetCertificateAsync();

        Assert.That(evidence.Attestor, Is.EqualTo("spiffe_x509"));
        Assert.That(evidence.Payload.ToArray(), Is.EqualTo(svid.RawData.Concat(between.Certificate.RawData)));
        Assert.That((certificate.Thumbprint, certificate.HasPrivateKey), Is.EqualTo((svid.Thumbprint, true)));
    }

    [Test]
    public async Task Files_Rotated_AreReadAgain()
    {
        Write(_root);
        await _source.GetCertificateAsync();
        var rotated = Write(_root);

        Assert.That((await _source.GetCertificateAsync()).Thumbprint, Is.EqualTo(rotated.Thumbprint));
    }

    [Test]
    public async Task Files_MissingOrNotTogether_AreNoEvidence()
    {
        await Assert.ThrowsAsync<EvidenceUnavailableException>(async () => await _source.GetAsync());
        Write(_root);
        using var other = ECDsa.Create();
        await File.WriteAllTextAsync(KeyFile, other.ExportPkcs8PrivateKeyPem());
        await Assert.ThrowsAsync<EvidenceUnavailableException>(async () => await _source.GetCertificateAsync());
    }

    private string CertificateFile => Path.Combine(_folder, "svid.pem");

    private string KeyFile => Path.Combine(_folder, "svid.key");

    private X509Certificate2 Write(TestX509Authority authority, params X509Certificate2[] between)
    {
        var svid = authority.IssueSvid("spiffe://acme.test/agent/x");
        File.WriteAllText(CertificateFile, string.Join('\n', between.Prepend(svid).Select(certificate => certificate.ExportCertificatePem())));
        File.WriteAllText(KeyFile, svid.GetECDsaPrivateKey()!.ExportPkcs8PrivateKeyPem());
        return svid;
    }
}
