using System.Formats.Asn1;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using CredBroker.Testing.Attestation;

namespace CredBroker.Server.Tests.Attestation.SpiffeX509;

/// <summary>Truly signed certificates that say what no X.509-SVID of a workload says.</summary>
[TestFixture, Category("Unit"), Parallelizable(ParallelScope.Self)]
public sealed class SvidAttackTests
{
    private const string NotOneUri = "it has not exactly one URI among its names";
    private const string NotWorkload = "its URI is not the SPIFFE ID of a workload";

    private SpiffeX509UnderTest _tested = null!;

    [SetUp]
    public void Start() => _tested = new SpiffeX509UnderTest();

    [TearDown]
    public async Task Stop() => await _tested.DisposeAsync();

    [Test]
    public async Task Connection_WithoutACertificate_ProvesNothing()
    {
        var svid = _tested.Between.IssueSvid(_tested.Subject);
        var evidence = SpiffeX509UnderTest.EvidenceOf(svid, svid, _tested.Between.Certificate) with { PeerCertificate = null };

        Assert.That(await _tested.FaultOf(evidence), Does.Contain("its connection shows no client certificate"));
    }

    [Test]
    public async Task Connection_MoreThanOneCertificateOrAnotherForm_ProvesNothing()
    {
        var svid = _tested.Between.IssueSvid(_tested.Subject);
        var evidence = SpiffeX509UnderTest.EvidenceOf(svid, _tested.Between.Certificate);

        foreach (var shown in new byte[][] { [.. svid.RawData, 0], [.. svid.RawData, .. svid.RawData], Encoding.ASCII.GetBytes(svid.ExportCertificatePem()), [] })
            Assert.That(await _tested.FaultOf(evidence with { PeerCertificate = shown }), Does.Contain("it is not certificates in DER, one after another"));
    }

    [Test]
    public async Task Payload_SomebodyElsesSvid_CountsForNothing()
    {
        var victims = _tested.Between.IssueSvid("spiffe://acme.test/admin");
        var own = _tested.Between.IssueSvid(_tested.Subject);

        var proven = await _tested.AttestAsync(SpiffeX509UnderTest.EvidenceOf(own, victims, _tested.Between.Certificate));

        Assert.That(proven.Subject, Is.EqualTo(_tested.Subject));
    }

    [Test]
    public async Task Uris_Two_AreRefused()
    {
        Assert.That(await FaultOf(leaf => leaf with { Uris = [_tested.Subject, "spiffe://acme.test/admin"] }), Does.Contain(NotOneUri));
        Assert.That(await FaultOf(leaf => leaf with { Uris = [_tested.Subject, _tested.Subject] }), Does.Contain(NotOneUri));
        Assert.That(await FaultOf(leaf => leaf with { Uris = [_tested.Subject, "https://acme.test"] }), Does.Contain(NotOneUri));
    }

    [Test]
    public async Task Uris_None_AreRefused()
    {
        Assert.That(await FaultOf(leaf => leaf with { Uris = [] }), Does.Contain(NotOneUri));
        Assert.That(await FaultOf(leaf => leaf with { Uris = [], DnsNames = ["spiffe.acme.test"] }), Does.Contain(NotOneUri));
        Assert.That(await FaultOf(leaf => leaf with { Uris = [], Subject = "CN=spiffe://acme.test/agent/x" }), Does.Contain(NotOneUri));
    }

    [TestCase("spiffe://acme.test")]
    [TestCase("spiffe://acme.test/")]
    [TestCase("https://acme.test/agent/x")]
    [TestCase("SPIFFE://acme.test/agent/x")]
    [TestCase("spiffe://acme.test/agent//x")]
    [TestCase("spiffe://acme.test/agent/%2e%2e/x")]
    [TestCase("spiffe://acme.test:443/agent/x")]
    [TestCase("spiffe://user@acme.test/agent/x")]
    [TestCase("spiffe://acme.test/agent/x?y")]
    [TestCase("spiffe://acme.test/agent/x#y")]
    public async Task Uri_NoIdOfAWorkload_IsRefused(string uri) => Assert.That(await FaultOf(leaf => leaf with { Uris = [], More = [NamesOf(uri)] }), Does.Contain(NotWorkload));

    [TestCase("spiffe://acme.test/agent/x\0")]
    [TestCase("spiffe://acme.test\0.evil.test/agent/x")]
    public async Task Uri_WithANul_IsRefused(string uri) => Assert.That(await FaultOf(leaf => leaf with { Uris = [], More = [NamesOf(uri)] }), Does.Contain(NotWorkload));

    [Test]
    public async Task Names_InTwoExtensions_AreRefused()
    {
        // No library makes such a certificate: the second is written as names of the issuer (2.5.29.18), and is then renamed.
        var twin = new X509Extension("2.5.29.18", NamesOf("spiffe://acme.test/admin").RawData, critical: false);
        var svid = _tested.Between.SignAgain(_tested.Between.Issue(_tested.Leaf with { More = [twin] }), [0x55, 0x1d, 0x12], [0x55, 0x1d, 0x11]);

        Assert.That(await _tested.FaultOf(SpiffeX509UnderTest.EvidenceOf(svid, _tested.Between.Certificate)), Does.Contain("one of its extensions stands there twice"));
    }

    [Test]
    public async Task Names_NoDer_AreRefused() =>
        Assert.That(await FaultOf(leaf => leaf with { Uris = [], More = [new X509Extension("2.5.29.17", [0x30, 0x05, 0x86], false)] }), Does.Contain("a certificate of it cannot be read"));

    [Test]
    public async Task Leaf_OfAnAuthority_IsRefused()
    {
        Assert.That(await FaultOf(leaf => leaf with { IsAuthority = true }), Does.Contain("it is an authority's"));
        Assert.That(await _tested.FaultOf(SpiffeX509UnderTest.EvidenceOf(_tested.Root.Certificate, _tested.Root.Certificate)), Does.Contain("it is an authority's"));
    }

    [Test]
    public async Task KeyUsage_MissingOrNotCritical_IsRefused()
    {
        Assert.That(await FaultOf(leaf => leaf with { KeyUsage = null }), Does.Contain("it has no critical key usage"));
        Assert.That(await FaultOf(leaf => leaf with { IsKeyUsageCritical = false }), Does.Contain("it has no critical key usage"));
    }

    [TestCase(X509KeyUsageFlags.DigitalSignature | X509KeyUsageFlags.KeyCertSign)]
    [TestCase(X509KeyUsageFlags.DigitalSignature | X509KeyUsageFlags.CrlSign)]
    public async Task KeyUsage_OfAnAuthority_IsRefused(X509KeyUsageFlags usage) =>
        Assert.That(await FaultOf(leaf => leaf with { KeyUsage = usage }), Does.Contain("its key may sign certificates or revocation lists"));

    [Test]
    public async Task KeyUsage_WithoutSignatures_IsRefused() =>
        Assert.That(await FaultOf(leaf => leaf with { KeyUsage = X509KeyUsageFlags.KeyEncipherment }), Does.Contain("its key may not sign"));

    [Test]
    public async Task Purposes_WithoutClients_AreRefused() =>
        Assert.That(await FaultOf(leaf => leaf with { Purposes = ["1.3.6.1.5.5.7.3.1"] }), Does.Contain("its path breaks a rule"));

    [Test]
    public async Task Purposes_NotSaid_AreAccepted() => await _tested.AttestAsync(_tested.EvidenceOf(_tested.Leaf with { Purposes = [] }));

    [Test]
    public async Task Extension_CriticalAndUnknown_IsRefused() =>
        Assert.That(await FaultOf(leaf => leaf with { More = [new X509Extension("1.3.6.1.4.1.99999.1", [0x05, 0x00], critical: true)] }), Does.Contain("its path breaks a rule"));

    [Test]
    public async Task Key_TooWeakOrOfAnotherKind_IsRefused()
    {
        const string Weak = "a key or a signature of its path is of a kind that is not accepted";
        Assert.That(await FaultOf(leaf => leaf with { MakeKey = () => RSA.Create(1024) }), Does.Contain(Weak).Or.Contain("its path breaks a rule"));
        Assert.That(await FaultOf(leaf => leaf with { MakeKey = () => ECDsa.Create(ECCurve.NamedCurves.brainpoolP256r1) }), Does.Contain(Weak));
        await _tested.AttestAsync(_tested.EvidenceOf(_tested.Leaf with { MakeKey = () => RSA.Create(2048) }));
        await _tested.AttestAsync(_tested.EvidenceOf(_tested.Leaf with { MakeKey = () => ECDsa.Create(ECCurve.NamedCurves.nistP384) }));
    }

    [TestCase("spiffe://third.test/agent/x")]
    [TestCase("spiffe://acme.test.evil.test/agent/x")]
    public async Task TrustDomain_Unknown_IsRefused(string id) =>
        Assert.That(await FaultOf(leaf => leaf with { Uris = [id] }), Does.Contain("its trust domain is not trusted here"));

    private static X509Extension NamesOf(string uri)
    {
        var writer = new AsnWriter(AsnEncodingRules.DER);
        using (writer.PushSequence()) writer.WriteCharacterString(UniversalTagNumber.IA5String, uri, new Asn1Tag(TagClass.ContextSpecific, 6));
        return new X509Extension("2.5.29.17", writer.Encode(), critical: false);
    }

    private Task<string> FaultOf(Func<TestLeaf, TestLeaf> change) => _tested.FaultOf(_tested.EvidenceOf(change(_tested.Leaf)));
}
