using System.Buffers.Text;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using CredBroker.Testing.Attestation;

namespace CredBroker.Server.Tests.Attestation.X509Pop;

[TestFixture, Category("Unit"), Parallelizable(ParallelScope.Self)]
public sealed class X509PopAttestorTests
{
    private const string BadSignature = "its signature does not verify";
    private const string NoPath = "no path leads from it to the roots of an authority";
    private const string NotCanonical = "it lacks a challenge, a chain or a signature in canonical base64url";

    private X509PopUnderTest _tested = null!;

    [SetUp]
    public void Start() => _tested = new X509PopUnderTest();

    [TearDown]
    public async Task Stop() => await _tested.DisposeAsync();

    [Test]
    public async Task Answer_Good_IsTheMachines()
    {
        var leaf = _tested.Between.Issue(X509PopUnderTest.Leaf);

        var proven = await _tested.AttestAsync(_tested.Answer(leaf, _tested.Between.Certificate));

        Assert.That(proven.Selectors, Is.EqualTo(new[]
        {
            "x509:authority:machines", "x509:common_name:press-7", $"x509:sha256:{Convert.ToHexStringLower(SHA256.HashData(leaf.RawData))}", "x509:dns:press-7.acme.test",
        }));
        Assert.That(proven.EvidenceExpiry, Is.EqualTo(_tested.Time.GetUtcNow().AddHours(1)));
    }

    [Test]
    public async Task Answer_ByRsaOrAnotherCurve_IsAccepted()
    {
        foreach (var make in new Func<AsymmetricAlgorithm>[] { () => RSA.Create(2048), () => ECDsa.Create(ECCurve.NamedCurves.nistP384) })
        {
            var leaf = _tested.Between.Issue(X509PopUnderTest.Leaf with { MakeKey = make });
            await _tested.AttestAsync(_tested.Answer(leaf, _tested.Between.Certificate));
        }
    }

    [Test]
    public async Task Answer_OfAnotherAuthority_IsNamedAfterIt()
    {
        var proven = await _tested.AttestAsync(_tested.Answer(_tested.OtherRoot.Issue(X509PopUnderTest.Leaf)));

        Assert.That(proven.Subject, Is.EqualTo("x509://lab/press-7"));
    }

    [Test]
    public async Task Signature_ByAnotherKey_IsRefusedAndNothingIsUsedUp()
    {
        var (stolen, own) = (_tested.Between.Issue(X509PopUnderTest.Leaf), _tested.Between.Issue(X509PopUnderTest.Leaf with { Subject = "CN=press-8" }));
        var answer = _tested.Answer(stolen, _tested.Between.Certificate);
        answer["signature"] = Base64Url.EncodeToString(X509PopUnderTest.Sign(own, $"credbroker x509_pop v1\n{answer["challenge"]}"));

        Assert.That(await _tested.FaultOf(answer), Does.Contain(BadSignature));
        Assert.That(_tested.Replays.Used, Is.Empty);
    }

    [Test]
    public async Task Signature_OverSomethingElse_IsRefused()
    {
        var leaf = _tested.Between.Issue(X509PopUnderTest.Leaf);
        var answer = _tested.Answer(leaf, _tested.Between.Certificate);
        foreach (var text in new[] { $"{answer["challenge"]}", $"credbroker x509_pop v2\n{answer["challenge"]}", $"credbroker x509_pop v1\n{answer["challenge"]}\n" })
        {
            answer["signature"] = Base64Url.EncodeToString(X509PopUnderTest.Sign(leaf, text));
            Assert.That(await _tested.FaultOf(answer), Does.Contain(BadSignature));
        }
    }

    [Test]
    public async Task Signature_DerOrPkcs1OrZero_IsRefused()
    {
        var ec = _tested.Between.Issue(X509PopUnderTest.Leaf);
        var rsa = _tested.Between.Issue(X509PopUnderTest.Leaf with { MakeKey = () => RSA.Create(2048) });
        foreach (var (leaf, sign) in new (X509Certificate2, Func<byte[], byte[]>)[]
        {
            (ec, data => ec.GetECDsaPrivateKey()!.SignData(data, HashAlgorithmName.SHA256, DSASignatureFormat.Rfc3279DerSequence)),
            (ec, _ => new byte[64]),
            (rsa, data => rsa.GetRSAPrivateKey()!.SignData(data, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1)),
        })
        {
            var answer = _tested.Answer(leaf, _tested.Between.Certificate);
            answer["signature"] = Base64Url.EncodeToString(sign(System.Text.Encoding.UTF8.GetBytes($"credbroker x509_pop v1\n{answer["challenge"]}")));
            Assert.That(await _tested.FaultOf(answer), Does.Contain(BadSignature));
        }
    }

    [Test]
    public async Task Challenge_AnsweredBeforeOrNotOurs_IsRefused()
    {
        var leaf = _tested.Between.Issue(X509PopUnderTest.Leaf);
        var answered = _tested.Answer(leaf, _tested.Between.Certificate);
        await _tested.AttestAsync(answered);

        await ExpectInvalidChallengeAsync(answered);
        foreach (var foreign in new[] { "made-up", _tested.Challenges.New("aws_iam", "").Text, _tested.Challenges.New("x509_pop", new string('k', 43)).Text })
            await ExpectInvalidChallengeAsync(X509PopUnderTest.Answer(leaf, foreign, _tested.Between.Certificate));
        var other = _tested.Between.Issue(X509PopUnderTest.Leaf with { Subject = "CN=press-8" });
        await ExpectInvalidChallengeAsync(X509PopUnderTest.Answer(other, (string)answered["challenge"]!, _tested.Between.Certificate));
    }

    [TestCase(59, true)]
    [TestCase(60, false)]
    public async Task Challenge_OlderThanAMinute_IsRefused(int seconds, bool accepted)
    {
        var answer = _tested.Answer(_tested.Between.Issue(X509PopUnderTest.Leaf), _tested.Between.Certificate);
        _tested.Time.Advance(TimeSpan.FromSeconds(seconds));

        if (accepted) await _tested.AttestAsync(answer);
        else await ExpectInvalidChallengeAsync(answer);
    }

    [Test]
    public async Task Certificate_OfAnAuthorityOrNotForSigning_IsRefused()
    {
        Assert.That(await _tested.FaultOf(X509PopUnderTest.Leaf with { IsAuthority = true }), Does.Contain("it is an authority's"));
        Assert.That(await _tested.FaultOf(_tested.Answer(_tested.Root.Certificate)), Does.Contain("it is an authority's"));
        Assert.That(await _tested.FaultOf(X509PopUnderTest.Leaf with { IsKeyUsageCritical = false }), Does.Contain("it has no critical key usage"));
        Assert.That(await _tested.FaultOf(X509PopUnderTest.Leaf with { KeyUsage = X509KeyUsageFlags.KeyEncipherment }), Does.Contain("its key may not sign"));
        Assert.That(await _tested.FaultOf(X509PopUnderTest.Leaf with { Purposes = ["1.3.6.1.5.5.7.3.1"] }), Does.Contain("its path breaks a rule"));
        Assert.That(
            await _tested.FaultOf(X509PopUnderTest.Leaf with { MakeKey = () => ECDsa.Create(ECCurve.NamedCurves.brainpoolP256r1) }), Does.Contain("of a kind that is not accepted"));
    }

    [TestCase("O=Acme")]
    [TestCase("CN=press 7")]
    [TestCase("CN=press/7")]
    [TestCase("CN=..")]
    [TestCase("CN=pr\u0435ss-7")]
    [TestCase("CN=press-7, CN=press-8")]
    public async Task Name_NotExactlyOnePlain_IsRefused(string subject) =>
        Assert.That(await _tested.FaultOf(X509PopUnderTest.Leaf with { Subject = subject }), Does.Contain("its subject has not exactly one plain common name"));

    [Test]
    public async Task Path_ToNobodysRoot_LeadsNowhere()
    {
        using var stranger = TestX509Authority.Root(_tested.Time);

        Assert.That(await _tested.FaultOf(_tested.Answer(stranger.Issue(X509PopUnderTest.Leaf), stranger.Certificate)), Does.Contain(NoPath));
        Assert.That(await _tested.FaultOf(_tested.Answer(_tested.Between.Issue(X509PopUnderTest.Leaf))), Does.Contain(NoPath));
    }

    [Test]
    public async Task Path_ToTwoAuthorities_IsRefused()
    {
        _tested.WriteRoots("lab", _tested.Root, _tested.OtherRoot);
        _tested.NextLook();

        Assert.That(await _tested.FaultOf(X509PopUnderTest.Leaf), Does.Contain("paths lead from it to more than one authority"));
    }

    [Test]
    public async Task Path_Expired_IsRefused()
    {
        var leaf = _tested.Between.Issue(X509PopUnderTest.Leaf);
        _tested.Time.Advance(TimeSpan.FromSeconds(3601));

        Assert.That(await _tested.FaultOf(_tested.Answer(leaf, _tested.Between.Certificate)), Does.Contain("it is expired or not valid yet"));
    }

    [Test]
    public async Task Roots_TakenAway_AreRefusedFromThenOn()
    {
        _tested.WriteRoots("machines", _tested.OtherRoot);
        _tested.WriteRoots("lab", _tested.OtherRoot);
        _tested.NextLook();

        Assert.That(await _tested.FaultOf(X509PopUnderTest.Leaf), Does.Contain(NoPath));
    }

    [Test]
    public async Task Roots_UnreadableTooLong_CannotTellAndTheOthersGoOn()
    {
        _tested.RemoveRoots("machines");
        _tested.Time.Advance(TimeSpan.FromMinutes(10) + TimeSpan.FromSeconds(1));
        var lost = _tested.Answer(_tested.Between.Issue(X509PopUnderTest.Leaf), _tested.Between.Certificate);

        var refused = await Assert.ThrowsAsync<RefusedException>(() => _tested.AttestAsync(lost));

        Assert.That(refused!.Reason, Is.EqualTo(ErrorReason.VerifierUnavailable));
        await _tested.AttestAsync(_tested.Answer(_tested.OtherRoot.Issue(X509PopUnderTest.Leaf)));
    }

    [TestCase("challenge")]
    [TestCase("chain")]
    [TestCase("signature")]
    public async Task Form_MissingOrWrongMember_IsRefused(string member)
    {
        var answer = _tested.Answer(_tested.Between.Issue(X509PopUnderTest.Leaf), _tested.Between.Certificate);
        answer.Remove(member);
        Assert.That(await _tested.FaultOf(answer), Does.Contain(NotCanonical));
        answer[member] = 7;
        Assert.That(await _tested.FaultOf(answer), Does.Contain(NotCanonical));
    }

    [TestCase("{0}=")]
    [TestCase(" {0}")]
    [TestCase("{0}\n")]
    public async Task Form_SignatureInAnotherForm_IsRefused(string form)
    {
        var answer = _tested.Answer(_tested.Between.Issue(X509PopUnderTest.Leaf), _tested.Between.Certificate);
        answer["signature"] = string.Format(null, form, answer["signature"]);

        Assert.That(await _tested.FaultOf(answer), Does.Contain(NotCanonical));
    }

    [Test]
    public async Task Form_MoreMembers_IsRefused()
    {
        var answer = _tested.Answer(_tested.Between.Issue(X509PopUnderTest.Leaf), _tested.Between.Certificate);
        answer["alg"] = "none";

        Assert.That(await _tested.FaultOf(answer), Does.Contain("it holds a member that is not known"));
    }

    private async Task ExpectInvalidChallengeAsync(System.Text.Json.Nodes.JsonObject answer)
    {
        var refused = await Assert.ThrowsAsync<RefusedException>(() => _tested.AttestAsync(answer));
        Assert.That(refused!.Reason, Is.EqualTo(ErrorReason.ChallengeInvalid));
    }
}
