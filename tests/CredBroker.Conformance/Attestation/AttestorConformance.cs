using System.Text;
using System.Text.RegularExpressions;
using CredBroker.Attestation;
using CredBroker.Testing;
using CredBroker.Testing.Attestation;

namespace CredBroker.Conformance.Attestation;

/// <summary>What every attestor has to hold, whatever its evidence is.</summary>
public abstract class AttestorConformance(Func<Task<IAttestorUnderTest>> start)
{
    private const int Rounds = 2_000;

    private IAttestorUnderTest? _tested;

    protected IAttestorUnderTest Tested => _tested ?? throw new InvalidOperationException("Nothing has been started.");

    [SetUp]
    public async Task StartAsync() => _tested = await start();

    [TearDown]
    public async Task StopAsync()
    {
        if (_tested is not null) await _tested.DisposeAsync();
    }

    [Test]
    public async Task AttestAsync_GoodEvidence_ProvesSubjectAndSelectors()
    {
        var proven = await AttestAsync(await Tested.MakeEvidenceAsync());

        Assert.That((proven.Attestor, proven.Subject), Is.EqualTo((Tested.Attestor.Name, Tested.Subject)));
        Assert.That(proven.Selectors, Is.Not.Empty.And.All.Matches(@"^[a-z0-9_.-]+:[^\p{C}]+$"));
        Assert.That(proven.EvidenceDigest, Does.Match("^[0-9a-f]{64}$"));
        Assert.That(proven.EvidenceExpiry, Is.GreaterThan(Tested.Time.GetUtcNow()).And.LessThanOrEqualTo(Tested.Time.GetUtcNow().AddHours(1)));
    }

    [Test]
    public async Task AttestAsync_SameEvidenceAgain_IsTakenUnlessItIsGoodOnce()
    {
        var evidence = await Tested.MakeEvidenceAsync();
        var first = await AttestAsync(evidence);

        if (Tested.IsSingleUse) Assert.That((await RefusalOf(evidence)).Message, Does.Contain("it has been used before").Or.Contain("or it is used"));
        else Assert.That((await AttestAsync(evidence)).EvidenceDigest, Is.EqualTo(first.EvidenceDigest));
    }

    [Test]
    public async Task AttestAsync_EvidenceThatHasExpired_IsRefused()
    {
        var evidence = await Tested.MakeEvidenceAsync();
        Tested.Time.Advance(TimeSpan.FromHours(1) + TimeSpan.FromSeconds(1));

        await RefusalOf(evidence);
    }

    [TestCase("x")]
    [TestCase("{}")]
    [TestCase("null")]
    [TestCase("a.b.c")]
    [TestCase("eyJhbGciOiJub25lIn0.e30.")]
    [TestCase("cbt_tsk_00.c2VjcmV0")]
    [TestCase("cbo_viewer.c2VjcmV0")]
    [TestCase("\0\0\0\0")]
    [TestCase("\u0030\u0082\u0001\u0000")]
    public Task AttestAsync_AnythingElse_IsRefused(string text) => ExpectRefusalAsync(Encoding.Latin1.GetBytes(text));

    [Test]
    public Task AttestAsync_AsLargeAsCanBe_IsRefused() => ExpectRefusalAsync(Enumerable.Repeat((byte)'A', Evidence.MaxPayloadBytes).ToArray());

    [Test]
    public async Task AttestAsync_DamagedEvidence_IsRefused()
    {
        const int Seed = 20260303;
        TestContext.Out.WriteLine($"seed {Seed}");
        var random = new Random(Seed);
        var good = await Tested.MakeEvidenceAsync();
        for (var i = 0; i < Rounds; i++)
        {
            var damaged = Damage.Of(good.Payload.ToArray(), random);
            if (!Tested.IsSame(good.Payload, damaged)) await RefusalOf(good with { Payload = damaged });
        }

        // The net under the attestor must stay empty, and what was damaged must not have been used up.
        Assert.That(Tested.UnforeseenFaults, Is.Zero);
        await AttestAsync(good);
    }

    [Test]
    public async Task AttestAsync_Refused_SaysNothingOfTheEvidence()
    {
        var good = await Tested.MakeEvidenceAsync();
        var damaged = good.Payload.ToArray();
        damaged[^1] ^= 1;

        var refused = await Assert.ThrowsAsync<RefusedException>(() => AttestAsync(good with { Payload = damaged }));

        // The inner exception goes into the log, so it must be as silent.
        Assert.That(refused!.ToString(), Does.Not.Contain(Tested.Subject).And.Not.Contain(Encoding.Latin1.GetString(damaged)));
    }

    [Test]
    public async Task AttestAsync_Cancelled_Throws()
    {
        var evidence = await Tested.MakeEvidenceAsync();

        Assert.That(async () => await Tested.Attestor.AttestAsync(evidence, new CancellationToken(true)), Throws.InstanceOf<OperationCanceledException>());
    }

    protected Task<AttestedSubject> AttestAsync(Evidence evidence) => Tested.Attestor.AttestAsync(evidence, CancellationToken.None).AsTask();

    /// <summary>The refusal of evidence that does not prove what it claims, or answers no challenge that is open.</summary>
    private async Task<RefusedException> RefusalOf(Evidence evidence)
    {
        try
        {
            await AttestAsync(evidence);
        }
        catch (RefusedException refused)
        {
            Assert.That(refused.Reason, Is.EqualTo(ErrorReason.AttestationFailed).Or.EqualTo(ErrorReason.ChallengeInvalid), refused.Message);
            return refused;
        }

        throw new AssertionException($"Accepted: {Convert.ToBase64String(evidence.Payload.Span)}");
    }

    protected Task<string> FaultOf(Evidence evidence) => FaultOf(Tested.Attestor, evidence);

    /// <summary>The sentence by which evidence is refused as not proving what it claims. Every such sentence must be documented.</summary>
    public static async Task<string> FaultOf(IAttestor attestor, Evidence evidence)
    {
        var refused = await Assert.ThrowsAsync<RefusedException>(() => attestor.AttestAsync(evidence, CancellationToken.None).AsTask());
        Assert.That(refused!.Reason, Is.EqualTo(ErrorReason.AttestationFailed), refused.Message);
        Assert.That(await File.ReadAllTextAsync(Path.Combine(Repository.Root, "docs", "attestors", $"{attestor.Name}.md")), Does.Contain($"| {Generalised(refused.Message)} |"));
        return refused.Message;
    }

    private async Task ExpectRefusalAsync(byte[] payload)
    {
        await FaultOf((await Tested.MakeEvidenceAsync()) with { Payload = payload });
        Assert.That(Tested.UnforeseenFaults, Is.Zero);
    }

    private static string Generalised(string message)
    {
        const string Mark = " is refused: ";
        var sentence = message[(message.IndexOf(Mark, StringComparison.Ordinal) + Mark.Length)..].TrimEnd('.');
        sentence = Regex.Replace(sentence, "^its header holds '.+'$", "its header holds '…'");
        return Regex.Replace(sentence, "^its '.+' is not a whole number", "its '…' is not a whole number");
    }
}
