using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;

namespace CredBroker.Server.Tests.Attestation.SpiffeJwt;

[Category("Unit")]
public sealed class SpiffeJwtAttestorTests
{
    private const string Workload = AttestorUnderTest.Workload;

    [TestCase("ES256")]
    [TestCase("ES384")]
    [TestCase("ES512")]
    [TestCase("RS256")]
    [TestCase("RS384")]
    [TestCase("RS512")]
    [TestCase("PS256")]
    [TestCase("PS384")]
    [TestCase("PS512")]
    public async Task AttestAsync_GoodSvidOfEachAlgorithm_ProvesTheSubject(string algorithm)
    {
        using var tested = new AttestorUnderTest();
        tested.Domain.AddKey(algorithm);
        tested.WriteBundles();
        tested.Start();
        var svid = tested.Domain.IssueSvid(Workload);

        var proven = await tested.AttestAsync(svid);

        using (Assert.EnterMultipleScope())
        {
            Assert.That(proven.Attestor, Is.EqualTo("spiffe_jwt"));
            Assert.That(proven.Subject, Is.EqualTo(Workload));
            Assert.That(string.Join(' ', proven.Selectors), Is.EqualTo("spiffe:trust_domain:acme.test spiffe:path:/agent/x"));
            Assert.That(proven.EvidenceDigest, Is.EqualTo(Convert.ToHexStringLower(SHA256.HashData(Encoding.ASCII.GetBytes(svid)))));
            Assert.That(proven.EvidenceExpiry, Is.EqualTo(tested.Time.GetUtcNow() + TimeSpan.FromMinutes(5)));
            Assert.That(proven.KeyThumbprint, Is.Null);
        }
    }

    [TestCase("JWT")]
    [TestCase("JOSE")]
    [TestCase(null)]
    public async Task AttestAsync_TypeOfAnSvid_IsAccepted(string? type)
    {
        using var tested = AttestorUnderTest.Started();
        var header = tested.Domain.Header();
        if (type is null) header.Remove("typ");
        else header["typ"] = type;

        Assert.That((await tested.AttestAsync(tested.Domain.Sign(header, tested.Domain.Claims(Workload)))).Subject, Is.EqualTo(Workload));
    }

    [TestCase("""["credbroker"]""")]
    [TestCase("""["elsewhere","credbroker"]""")]
    [TestCase("\"second\"")]
    public async Task AttestAsync_AudienceAmongOthers_IsAccepted(string audience)
    {
        using var tested = AttestorUnderTest.Started(options => options.Audiences.Add("second"));
        var claims = tested.Domain.Claims(Workload);
        claims["aud"] = JsonNode.Parse(audience);

        Assert.That((await tested.AttestAsync(tested.Domain.Sign(tested.Domain.Header(), claims))).Subject, Is.EqualTo(Workload));
    }

    [Test]
    public async Task AttestAsync_SecondTrustDomain_IsVerifiedWithItsOwnKey()
    {
        using var tested = AttestorUnderTest.Started(null, "acme.test", "other.test");

        var proven = await tested.AttestAsync(tested.DomainOf("other.test").IssueSvid("spiffe://other.test/agent/x"));

        Assert.That(proven.Selectors, Does.Contain("spiffe:trust_domain:other.test"));
    }

    [Test]
    public void AttestAsync_Cancelled_Throws()
    {
        using var tested = AttestorUnderTest.Started();
        var evidence = new CredBroker.Attestation.Evidence("spiffe_jwt", Encoding.ASCII.GetBytes(tested.Domain.IssueSvid(Workload)));

        Assert.That(async () => await tested.Attestor.AttestAsync(evidence, new CancellationToken(true)), Throws.InstanceOf<OperationCanceledException>());
    }
}
