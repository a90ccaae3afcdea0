using System.Text;
using CredBroker.Attestation;
using Microsoft.Extensions.Logging;

namespace CredBroker.Server.Tests.Attestation.JoinTokens;

[TestFixture, Category("Unit")]
public sealed class JoinTokenAttestorTests
{
    private const string Unknown = "it is not known here";
    private const string Used = "it has been used before";

    private JoinTokenUnderTest _tested = null!;

    [SetUp]
    public void Start() => _tested = new JoinTokenUnderTest();

    [TearDown]
    public async Task Stop() => await _tested.DisposeAsync();

    [Test]
    public async Task AttestAsync_Good_IsWhoTheLineSays()
    {
        var proven = await _tested.AttestAsync(JoinTokenUnderTest.EvidenceOf(_tested.Make("lab/bench-3", TimeSpan.FromMinutes(5))));

        Assert.That((proven.Subject, proven.Selectors.Single()), Is.EqualTo(("join://lab/bench-3", "join:name:lab/bench-3")));
        Assert.That(proven.EvidenceExpiry, Is.EqualTo(_tested.Time.GetUtcNow().AddMinutes(5)));
    }

    [Test]
    public async Task AttestAsync_NobodysToken_IsUnknownAndNotRemembered()
    {
        Assert.That(await _tested.FaultOf(JoinTokenUnderTest.EvidenceOf(JoinToken.New())), Does.Contain(Unknown));
        Assert.That(_tested.Replays.Used, Is.Empty);
    }

    [Test]
    public async Task AttestAsync_TheHashItself_IsNoToken()
    {
        var token = _tested.Make();

        Assert.That(await _tested.FaultOf(new Evidence("join_token", Encoding.ASCII.GetBytes(token.Hash))), Does.Contain("it is not of the form"));
        Assert.That(await _tested.FaultOf(new Evidence("join_token", Encoding.ASCII.GetBytes($"cbj_{token.Hash[..43]}"))), Does.Contain(Unknown));
    }

    [TestCase(1, true)]
    [TestCase(0, false)]
    [TestCase(-1, false)]
    public async Task AttestAsync_Expiry_HasNoSkew(int secondsLeft, bool accepted)
    {
        var evidence = JoinTokenUnderTest.EvidenceOf(_tested.Make(life: TimeSpan.FromSeconds(100)));
        _tested.Time.Advance(TimeSpan.FromSeconds(100 - secondsLeft));

        if (accepted) await _tested.AttestAsync(evidence);
        else Assert.That(await _tested.FaultOf(evidence), Does.Contain("it is expired"));
        Assert.That(_tested.Replays.Used, Has.Count.EqualTo(accepted ? 1 : 0));
    }

    [TestCase(0, true)]
    [TestCase(1, false)]
    public async Task AttestAsync_Lifetime_IsBound(int secondsMore, bool accepted)
    {
        var evidence = JoinTokenUnderTest.EvidenceOf(_tested.Make(life: TimeSpan.FromDays(7) + TimeSpan.FromSeconds(secondsMore)));

        if (accepted) await _tested.AttestAsync(evidence);
        else Assert.That(await _tested.FaultOf(evidence), Does.Contain("it lives longer than this server accepts"));
    }

    [Test]
    public async Task AttestAsync_ManyAtOnceOnTwoReplicas_OneWins()
    {
        var evidence = JoinTokenUnderTest.EvidenceOf(_tested.Make());
        var other = _tested.Replica();

        var wins = await Task.WhenAll(Enumerable.Range(0, 64).Select(i => Task.Run(() => WinsAsync(i % 2 == 0 ? null : other))));

        Assert.That(wins.Count(won => won), Is.EqualTo(1));

        async Task<bool> WinsAsync(IAttestor? replica)
        {
            try
            {
                await _tested.AttestAsync(evidence, replica);
                return true;
            }
            catch (RefusedException refused) when (refused.Message.Contains(Used, StringComparison.Ordinal))
            {
                return false;
            }
        }
    }

    [Test]
    public async Task AttestAsync_SameKeyAgain_IsTakenAndNobodyElses()
    {
        var first = JoinTokenUnderTest.EvidenceOf(_tested.Make()) with { Possession = KeyOf("first") };
        await _tested.AttestAsync(first);

        await _tested.AttestAsync(first);
        Assert.That(await _tested.FaultOf(first with { Possession = KeyOf("second") }), Does.Contain(Used));
        Assert.That(await _tested.FaultOf(first with { Possession = null }), Does.Contain(Used));
    }

    [Test]
    public async Task AttestAsync_FirstWithoutAKey_IsNobodysAgain()
    {
        var evidence = JoinTokenUnderTest.EvidenceOf(_tested.Make());
        await _tested.AttestAsync(evidence);

        Assert.That(await _tested.FaultOf(evidence with { Possession = KeyOf("late") }), Does.Contain(Used));
    }

    [Test]
    public async Task AttestAsync_Used_IsRememberedUntilItExpires()
    {
        var token = _tested.Make(life: TimeSpan.FromMinutes(5));
        await _tested.AttestAsync(JoinTokenUnderTest.EvidenceOf(token));

        var remembered = _tested.Replays.Used.Single();
        Assert.That(remembered.ExpiresAt, Is.EqualTo(_tested.Time.GetUtcNow().AddMinutes(5)));
        Assert.That(remembered.ToString(), Does.Not.Contain(token.Reveal()));
    }

    [Test]
    public async Task AttestAsync_MemoryDown_IsNotTaken()
    {
        _tested.Replays.IsDown = true;
        var evidence = JoinTokenUnderTest.EvidenceOf(_tested.Make());

        var refused = await Assert.ThrowsAsync<RefusedException>(() => _tested.AttestAsync(evidence));

        Assert.That(refused!.Reason, Is.EqualTo(ErrorReason.StoreUnavailable));
    }

    [Test]
    public async Task File_LineTakenOut_IsRefusedAtTheNextLook()
    {
        var withdrawn = JoinTokenUnderTest.EvidenceOf(_tested.Make());
        await _tested.AttestAsync(JoinTokenUnderTest.EvidenceOf(_tested.Make()));
        await File.WriteAllTextAsync(_tested.FilePath, "# nobody\n");
        _tested.NextLook();

        Assert.That(await _tested.FaultOf(withdrawn), Does.Contain(Unknown));
    }

    [Test]
    public async Task File_Gone_CannotTellUntilItIsBack()
    {
        var evidence = JoinTokenUnderTest.EvidenceOf(_tested.Make());
        var text = await File.ReadAllTextAsync(_tested.FilePath);
        File.Delete(_tested.FilePath);

        for (var i = 0; i < 3; i++)
        {
            var refused = await Assert.ThrowsAsync<RefusedException>(() => _tested.AttestAsync(evidence));
            Assert.That(refused!.Reason, Is.EqualTo(ErrorReason.VerifierUnavailable));
            Assert.That(refused.RetryAfter, Is.Not.Null);
            Assert.That(refused.Message, Does.Not.Contain(_tested.FilePath));
            _tested.NextLook();
        }

        Assert.That(_tested.FileLog.Collector.GetSnapshot().Count(line => line.Level is LogLevel.Error), Is.EqualTo(1));
        await File.WriteAllTextAsync(_tested.FilePath, text);
        await _tested.AttestAsync(evidence);
    }

    [TestCase("edge/7 2026-03-01T13:00:00Z sha256:abcd")]
    [TestCase("edge/7 2026-03-01T13:00:00 HASH")]
    [TestCase("edge/7 2026-03-01T13:00:00+01:00 HASH")]
    [TestCase("edge/7 HASH")]
    [TestCase("edge/../7 2026-03-01T13:00:00Z HASH")]
    [TestCase("Edge 2026-03-01T13:00:00Z HASH")]
    [TestCase("edge/7 2026-03-01T13:00:00Z HASH more")]
    public async Task File_LineWithAFault_IsLeftOutAlone(string form)
    {
        var bad = JoinToken.New();
        await File.AppendAllTextAsync(_tested.FilePath, form.Replace("HASH", $"sha256:{bad.Hash}", StringComparison.Ordinal) + "\n");
        var good = _tested.Make();

        Assert.That(await _tested.FaultOf(JoinTokenUnderTest.EvidenceOf(bad)), Does.Contain(Unknown));
        await _tested.AttestAsync(JoinTokenUnderTest.EvidenceOf(good));
        Assert.That(_tested.FileLog.LatestRecord.Message, Does.Contain(": 3."));
    }

    [Test]
    public async Task File_TwoLinesOfOneToken_AreBothLeftOut()
    {
        var token = _tested.Make("edge/7");
        await File.AppendAllTextAsync(_tested.FilePath, $"{_tested.LineOf(token, "core/1")}\n");

        Assert.That(await _tested.FaultOf(JoinTokenUnderTest.EvidenceOf(token)), Does.Contain(Unknown));
    }

    [Test]
    public async Task File_TooLargeOrNoText_CannotTell()
    {
        foreach (var content in new[] { new byte[(1024 * 1024) + 1], [0xff, 0xfe, 0xff] })
        {
            await File.WriteAllBytesAsync(_tested.FilePath, content);
            _tested.NextLook();

            var refused = await Assert.ThrowsAsync<RefusedException>(() => _tested.AttestAsync(JoinTokenUnderTest.EvidenceOf(JoinToken.New())));
            Assert.That(refused!.Reason, Is.EqualTo(ErrorReason.VerifierUnavailable));
        }
    }

    [Test]
    public async Task AttestAsync_NoFileInTheSettings_NoTokenIsGood()
    {
        await using var tested = new JoinTokenUnderTest(options => options.File = null);

        Assert.That(await tested.FaultOf(JoinTokenUnderTest.EvidenceOf(tested.Make())), Does.Contain(Unknown));
    }

    private static Possession KeyOf(string name) => new(new ProofKey(ProofKind.Dpop, name), Proof: null);
}
