using System.Security.Cryptography;
using System.Text;

namespace CredBroker.Server.Tests.Attestation.SpiffeJwt;

[Category("Unit"), Parallelizable(ParallelScope.Self)]
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

    [Test]
    public async Task AttestAsync_SecondAudience_IsAccepted()
    {
        using var tested = AttestorUnderTest.Started(options => options.Audiences.Add("second"));

        Assert.That((await tested.AttestAsync(tested.Domain.IssueSvid(Workload, "second"))).Subject, Is.EqualTo(Workload));
    }

    [TestCase(3600, true)]
    [TestCase(3601, false)]
    public async Task AttestAsync_LifetimeWithoutIssuedAt_IsCountedFromNow(int seconds, bool accepted)
    {
        using var tested = AttestorUnderTest.Started();
        var claims = tested.Domain.Claims(Workload, ttl: TimeSpan.FromSeconds(seconds));
        claims.Remove("iat");
        var svid = tested.Domain.Sign(tested.Domain.Header(), claims);

        if (accepted) await tested.AttestAsync(svid);
        else Assert.That(await tested.FaultOf(svid), Does.Contain("it lives longer than this server accepts"));
    }

    [TestCase("jwt")]
    [TestCase("application/JWT")]
    public async Task AttestAsync_TypeInOtherLetters_IsRefused(string type)
    {
        using var tested = AttestorUnderTest.Started();
        var header = tested.Domain.Header();
        header["typ"] = type;

        Assert.That(await tested.FaultOf(tested.Domain.Sign(header, tested.Domain.Claims(Workload))), Does.Contain("its type is that of another kind of token"));
    }

    [TestCase("x5t")]
    [TestCase("x5t#S256")]
    public async Task AttestAsync_ThumbprintInTheHeader_IsRefused(string name)
    {
        using var tested = AttestorUnderTest.Started();
        var header = tested.Domain.Header();
        header[name] = "abc";

        Assert.That(await tested.FaultOf(tested.Domain.Sign(header, tested.Domain.Claims(Workload))), Does.Contain($"its header holds '{name}'"));
    }

    [Test]
    public async Task AttestAsync_SecondTrustDomain_IsVerifiedWithItsOwnKey()
    {
        using var tested = AttestorUnderTest.Started(null, "acme.test", "other.test");

        var proven = await tested.AttestAsync(tested.DomainOf("other.test").IssueSvid("spiffe://other.test/agent/x"));

        Assert.That(proven.Selectors, Does.Contain("spiffe:trust_domain:other.test"));
    }
}
