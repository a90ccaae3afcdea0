using System.Collections.Frozen;
using CredBroker.Attestation;
using CredBroker.Server.Attestation;
using CredBroker.Server.Jose;
using CredBroker.Server.KeySets;
using CredBroker.Server.Tests.Attestation.SpiffeJwt;

namespace CredBroker.Server.Tests.Attestation;

[Category("Unit")]
public sealed class VerifiedEvidenceTests
{
    private AttestorUnderTest _tested;
    private Keyring _keyring;

    [SetUp]
    public void Start()
    {
        _tested = AttestorUnderTest.Started();
        _keyring = _tested.Keyring;
    }

    [TearDown]
    public void Stop() => _tested.Dispose();

    [Test]
    public async Task AttestAsync_SameSvidTwice_IsTheSameProof()
    {
        var svid = _tested.Domain.IssueSvid(AttestorUnderTest.Workload);

        var first = await _tested.AttestAsync(svid);
        var second = await _tested.AttestAsync(svid);

        Assert.That(second, Is.SameAs(first));
    }

    [Test]
    public async Task AttestAsync_KnownGoodButExpired_IsRefused()
    {
        var svid = _tested.Domain.IssueSvid(AttestorUnderTest.Workload, ttl: TimeSpan.FromMinutes(1));
        await _tested.AttestAsync(svid);
        _tested.Time.Advance(TimeSpan.FromSeconds(89));
        await _tested.AttestAsync(svid);
        _tested.Time.Advance(TimeSpan.FromSeconds(1));

        Assert.That(await _tested.FaultOf(svid), Does.Contain("it is expired"));
    }

    [Test]
    public void Find_AtTheExpiry_FindsNothing()
    {
        var verified = new VerifiedEvidence(_tested.Time, 8);
        verified.Add(Subject("a"), _keyring, _keyring.Current);
        _tested.Time.Advance(TimeSpan.FromSeconds(59));
        Assert.That(verified.Find("a"), Is.Not.Null);
        _tested.Time.Advance(TimeSpan.FromSeconds(1));

        Assert.That(verified.Find("a"), Is.Null);
    }

    [Test]
    public void Find_AfterTheBundleChanged_FindsNothing()
    {
        var verified = new VerifiedEvidence(_tested.Time, 8);
        verified.Add(Subject("a"), _keyring, _keyring.Current);
        _tested.Domain.AddKey();
        _tested.WriteBundles();
        _tested.NextLook();

        Assert.That(verified.Find("a"), Is.Null);
    }

    [Test]
    public void Add_VerifiedWithABundleThatIsGoneMeanwhile_IsNotFound()
    {
        var verified = new VerifiedEvidence(_tested.Time, 8);
        verified.Add(Subject("a"), _keyring, new KeySet(FrozenDictionary<string, VerificationKey>.Empty, []));

        Assert.That(verified.Find("a"), Is.Null);
    }

    [Test]
    public void Add_FarMoreThanItHolds_StaysBoundedAndKeepsTheYoungest()
    {
        var verified = new VerifiedEvidence(_tested.Time, 100);
        for (var i = 0; i < 10_000; i++) verified.Add(Subject($"{i}"), _keyring, _keyring.Current);

        using (Assert.EnterMultipleScope())
        {
            Assert.That(verified.Count, Is.InRange(50, 100));
            Assert.That(verified.Find("9999"), Is.Not.Null);
            Assert.That(verified.Find("0"), Is.Null);
        }
    }

    [Test]
    public async Task AttestAsync_Refused_IsNotRemembered()
    {
        // Not before a minute from now: what was refused once must be weighed anew.
        var claims = _tested.Domain.Claims(AttestorUnderTest.Workload);
        claims["nbf"] = _tested.Time.GetUtcNow().ToUnixTimeSeconds() + 60;
        var svid = _tested.Domain.Sign(_tested.Domain.Header(), claims);
        Assert.That(await _tested.FaultOf(svid), Does.Contain("it is not valid yet"));
        _tested.Time.Advance(TimeSpan.FromSeconds(30));

        await _tested.AttestAsync(svid);
    }

    private AttestedSubject Subject(string digest) =>
        new("spiffe_jwt", AttestorUnderTest.Workload, [], digest, _tested.Time.GetUtcNow() + TimeSpan.FromMinutes(1));
}
