using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json.Nodes;
using CredBroker.Testing.Attestation;

namespace CredBroker.Server.Tests.Attestation.SpiffeX509;

/// <summary>Paths that lead to the right roots, to the wrong ones, or nowhere.</summary>
[TestFixture, Category("Unit"), Parallelizable(ParallelScope.Self)]
public sealed class SvidPathTests
{
    private const string NoPath = "no path leads from it to the roots of its trust domain";
    private const string NotInTime = "it is expired or not valid yet, or one that made it is";

    private SpiffeX509UnderTest _tested = null!;

    [SetUp]
    public void Start() => _tested = new SpiffeX509UnderTest();

    [TearDown]
    public async Task Stop() => await _tested.DisposeAsync();

    [Test]
    public async Task Path_Good_IsTheWorkloadsUntilTheFirstOfItEnds()
    {
        var proven = await _tested.AttestAsync(await _tested.MakeEvidenceAsync());

        Assert.That(proven.Selectors, Is.EqualTo(new[] { "spiffe:trust_domain:acme.test", "spiffe:path:/agent/x" }));
        Assert.That(proven.EvidenceExpiry, Is.EqualTo(_tested.Time.GetUtcNow().AddHours(1)));
    }

    [Test]
    public async Task Path_StraightFromTheRoot_IsAccepted()
    {
        var svid = _tested.Root.IssueSvid(_tested.Subject);

        await _tested.AttestAsync(SpiffeX509UnderTest.EvidenceOf(svid, svid));
    }

    [Test]
    public async Task Path_WithoutTheOneBetween_LeadsNowhere()
    {
        var svid = _tested.Between.IssueSvid(_tested.Subject);

        Assert.That(await _tested.FaultOf(SpiffeX509UnderTest.EvidenceOf(svid, svid)), Does.Contain(NoPath));
    }

    [Test]
    public async Task Path_ToARootInThePayload_LeadsNowhere()
    {
        using var attacker = TestX509Authority.Root(_tested.Time);
        var svid = attacker.IssueSvid(_tested.Subject);

        Assert.That(await _tested.FaultOf(SpiffeX509UnderTest.EvidenceOf(svid, svid, attacker.Certificate)), Does.Contain(NoPath));
        Assert.That(await _tested.FaultOf(SpiffeX509UnderTest.EvidenceOf(svid, svid, _tested.Root.Certificate)), Does.Contain(NoPath));
    }

    [Test]
    public async Task Path_ToTheRootOfAnotherTrustDomain_LeadsNowhere()
    {
        var svid = _tested.OtherRoot.IssueSvid(_tested.Subject);

        Assert.That(await _tested.FaultOf(SpiffeX509UnderTest.EvidenceOf(svid, svid)), Does.Contain(NoPath));
        await _tested.AttestAsync(SpiffeX509UnderTest.EvidenceOf(_tested.OtherRoot.IssueSvid("spiffe://other.test/x"), svid));
    }

    [Test]
    public async Task Path_ThroughSomebodysLeaf_LeadsNowhere()
    {
        using var below = _tested.Between.Below("leaf", request =>
        {
            request.CertificateExtensions.Clear();
            request.CertificateExtensions.Add(new X509BasicConstraintsExtension(false, false, 0, true));
        });
        var forged = below.IssueSvid("spiffe://acme.test/admin");

        var fault = await _tested.FaultOf(SpiffeX509UnderTest.EvidenceOf(forged, below.Certificate, _tested.Between.Certificate));

        Assert.That(fault, Does.Contain(NoPath).Or.Contain("its path breaks a rule"));
    }

    [Test]
    public async Task Path_DeeperThanItsAuthorityAllows_IsRefused()
    {
        using var narrow = _tested.Root.Below("narrow", request =>
        {
            request.CertificateExtensions.RemoveAt(0);
            request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, true, 0, true));
        });
        using var below = narrow.Below("below");
        var svid = below.IssueSvid(_tested.Subject);

        Assert.That(
            await _tested.FaultOf(SpiffeX509UnderTest.EvidenceOf(svid, below.Certificate, narrow.Certificate)), Does.Contain("its path breaks a rule"));
    }

    [Test]
    public async Task Path_SelfSignedSvid_LeadsNowhere()
    {
        using var key = System.Security.Cryptography.ECDsa.Create();
        using var svid = _tested.Leaf.ToRequest(key).CreateSelfSigned(_tested.Time.GetUtcNow().AddMinutes(-1), _tested.Time.GetUtcNow().AddMinutes(5));

        Assert.That(await _tested.FaultOf(SpiffeX509UnderTest.EvidenceOf(svid, svid)), Does.Contain(NoPath));
    }

    [TestCase(3599, true)]
    [TestCase(3600, false)]
    public async Task Time_Expiry_IsKeptToTheSecond(int seconds, bool accepted)
    {
        var evidence = await _tested.MakeEvidenceAsync();
        _tested.Time.Advance(TimeSpan.FromSeconds(seconds));

        if (accepted) await _tested.AttestAsync(evidence);
        else Assert.That(await _tested.FaultOf(evidence), Does.Contain(NotInTime));
    }

    [TestCase(0, true)]
    [TestCase(-1, false)]
    public async Task Time_NotBefore_IsKeptToTheSecond(int backdated, bool accepted)
    {
        var evidence = _tested.EvidenceOf(_tested.Leaf with { Backdated = TimeSpan.FromSeconds(backdated) });

        if (accepted) await _tested.AttestAsync(evidence);
        else Assert.That(await _tested.FaultOf(evidence), Does.Contain(NotInTime));
    }

    [Test]
    public async Task Time_KnownGood_IsNotGoodPastItsEnd()
    {
        var evidence = await _tested.MakeEvidenceAsync();
        await _tested.AttestAsync(evidence);
        _tested.Time.Advance(TimeSpan.FromSeconds(3600));

        Assert.That(await _tested.FaultOf(evidence), Does.Contain(NotInTime));
    }

    [Test]
    public async Task Bundle_RootTakenAway_IsRefusedAlsoWhereTheSvidWasKnownGood()
    {
        var evidence = await _tested.MakeEvidenceAsync();
        await _tested.AttestAsync(evidence);
        _tested.WriteBundle("acme.test", _tested.OtherRoot);
        _tested.NextLook();

        Assert.That(await _tested.FaultOf(evidence), Does.Contain(NoPath));
        _tested.WriteBundle("acme.test", Array.Empty<JsonNode>());
        _tested.NextLook();
        Assert.That(await _tested.FaultOf(evidence), Does.Contain(NoPath));
        _tested.WriteBundle("acme.test", _tested.OtherRoot, _tested.Root);
        _tested.NextLook();
        await _tested.AttestAsync(evidence);
    }

    [Test]
    public async Task Bundle_NeverReadOrGoneTooLong_CannotTell()
    {
        _tested.RemoveBundle("acme.test");
        _tested.Time.Advance(TimeSpan.FromMinutes(10));
        var evidence = await _tested.MakeEvidenceAsync();
        await _tested.AttestAsync(evidence);
        _tested.Time.Advance(TimeSpan.FromSeconds(1));

        var refused = await Assert.ThrowsAsync<RefusedException>(() => _tested.AttestAsync(evidence));

        Assert.That(refused!.Reason, Is.EqualTo(ErrorReason.VerifierUnavailable));
    }

    [Test]
    public async Task Bundle_EntriesWithAFault_AreLeftOut()
    {
        var leaf = _tested.Root.IssueSvid("spiffe://acme.test/x");
        _tested.WriteBundle(
            "acme.test",
            [
                new JsonObject { ["use"] = "x509-svid", ["x5c"] = new JsonArray(Convert.ToBase64String(leaf.RawData)) },
                new JsonObject { ["use"] = "x509-svid", ["x5c"] = new JsonArray("!") },
                new JsonObject { ["use"] = "x509-svid", ["x5c"] = new JsonArray("MAA=") },
                new JsonObject { ["use"] = "x509-svid", ["x5c"] = new JsonArray(Convert.ToBase64String(_tested.OtherRoot.Certificate.RawData), "MAA=") },
                new JsonObject { ["use"] = "x509-svid" },
                new JsonObject { ["use"] = "jwt-svid", ["kid"] = "x", ["x5c"] = new JsonArray(Convert.ToBase64String(_tested.OtherRoot.Certificate.RawData)) },
                _tested.Root.ToJwk(),
            ]);
        _tested.NextLook();

        await _tested.AttestAsync(await _tested.MakeEvidenceAsync());
        var other = _tested.OtherRoot.IssueSvid(_tested.Subject);
        Assert.That(await _tested.FaultOf(SpiffeX509UnderTest.EvidenceOf(other, other)), Does.Contain(NoPath));
        Assert.That(_tested.KeyringLog.Collector.GetSnapshot().Count(line => line.Message.Contains("left out", StringComparison.Ordinal)), Is.EqualTo(5));
    }

    [Test]
    public async Task Addresses_InTheCertificate_AreNeverAsked()
    {
        using var attacker = new TcpListener(IPAddress.Loopback, 0);
        attacker.Start();
        var address = new Uri($"http://{attacker.LocalEndpoint}/issuer.cer");
        var leaf = _tested.Leaf with
        {
            More =
            [
                new X509AuthorityInformationAccessExtension([address.AbsoluteUri], [address.AbsoluteUri]),
                CertificateRevocationListBuilder.BuildCrlDistributionPointExtension([address.AbsoluteUri]),
            ],
        };
        var svid = _tested.Between.Issue(leaf);

        Assert.That(await _tested.FaultOf(SpiffeX509UnderTest.EvidenceOf(svid, svid)), Does.Contain(NoPath));
        await _tested.AttestAsync(_tested.EvidenceOf(leaf));
        Assert.That(attacker.Pending(), Is.False);
    }

    [Test]
    public async Task Payload_TooManyCertificatesOrPem_IsRefused()
    {
        var svid = _tested.Between.IssueSvid(_tested.Subject);
        Assert.That(
            await _tested.FaultOf(SpiffeX509UnderTest.EvidenceOf(svid, [.. Enumerable.Repeat(_tested.Between.Certificate, 9)])), Does.Contain("it holds too many certificates"));
        var pem = SpiffeX509UnderTest.EvidenceOf(svid, svid) with { Payload = Encoding.ASCII.GetBytes(_tested.Between.Certificate.ExportCertificatePem()) };
        Assert.That(await _tested.FaultOf(pem), Does.Contain("it is not certificates in DER, one after another"));
    }
}
