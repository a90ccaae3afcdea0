using CredBroker.Attestation;
using CredBroker.Testing.Attestation;
using Microsoft.Extensions.Time.Testing;

namespace CredBroker.Tests.Attestation;

[TestFixture, Category("Unit")]
public sealed class ChallengesTests
{
    private const string Thumbprint = "NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs";

    private readonly FakeTimeProvider _time = new(new DateTimeOffset(2026, 3, 14, 9, 26, 53, TimeSpan.Zero));
    private MemoryReplays _used = null!;
    private TestRing _ring = null!;
    private Challenges _challenges = null!;

    [SetUp]
    public void Make()
    {
        _ring = new TestRing();
        _used = new MemoryReplays();
        _challenges = new Challenges(new Stamps(_ring, _time), _used);
    }

    [TearDown]
    public void Wipe() => _ring.Dispose();

    [Test]
    public async Task New_AnsweredOnce_IsGoodAndThenUsed()
    {
        var challenge = _challenges.New("x509_pop", Thumbprint);
        Assert.That(challenge.ExpiresAt, Is.EqualTo(_time.GetUtcNow() + TimeSpan.FromSeconds(60)));

        await _challenges.UseUpAsync(_challenges.Check(challenge.Text, "x509_pop", Thumbprint), CancellationToken.None);

        var again = await Assert.ThrowsAsync<RefusedException>(
            () => _challenges.UseUpAsync(_challenges.Check(challenge.Text, "x509_pop", Thumbprint), CancellationToken.None));
        Assert.That(again!.Reason, Is.EqualTo(ErrorReason.ChallengeInvalid));
    }

    [Test]
    public void New_NeverAnswered_LeavesNothingBehind()
    {
        for (var i = 0; i < 1_000; i++)
        {
            var challenge = _challenges.New("x509_pop", Thumbprint);
            _challenges.Check(challenge.Text, "x509_pop", Thumbprint);
        }

        Assert.That(_used.Used, Is.Empty);
    }

    [Test]
    public void New_OfTheSame_IsNeverTheSame() =>
        Assert.That(Enumerable.Range(0, 100).Select(_ => _challenges.New("x509_pop", Thumbprint).Text), Is.Unique);

    [TestCase("aws_iam", Thumbprint)]
    [TestCase("x509_pop", "")]
    [TestCase("x509_pop", "0" + Thumbprint)]
    [TestCase("x509_popN", "zbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs")]
    public void Check_ForAnother_IsRefused(string attestor, string thumbprint) =>
        AssertInvalid(_challenges.New("x509_pop", Thumbprint).Text, attestor, thumbprint);

    [TestCase(59_999, true)]
    [TestCase(60_000, false)]
    [TestCase(61_000, false)]
    public void Check_AtItsEnd_IsGoodUntilThen(int milliseconds, bool isGood)
    {
        var challenge = _challenges.New("x509_pop", Thumbprint).Text;
        _time.Advance(TimeSpan.FromMilliseconds(milliseconds));

        if (isGood) Assert.That(_challenges.Check(challenge, "x509_pop", Thumbprint).ExpiresAt, Is.GreaterThan(_time.GetUtcNow()));
        else AssertInvalid(challenge, "x509_pop", Thumbprint);
    }

    [Test]
    public void Check_AnyCharacterChanged_IsRefused()
    {
        var challenge = _challenges.New("x509_pop", Thumbprint).Text;
        for (var i = 0; i < challenge.Length; i++)
            foreach (var other in "AB8_")
                if (other != challenge[i]) AssertInvalid($"{challenge[..i]}{other}{challenge[(i + 1)..]}", "x509_pop", Thumbprint);
    }

    // Two texts of one challenge would be two answers to it.
    [Test]
    public void Check_OtherTextOfTheSameBytes_IsRefused()
    {
        const string Alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
        var challenge = _challenges.New("x509_pop", Thumbprint).Text;
        foreach (var last in Alphabet)
            if (last != challenge[^1]) AssertInvalid(challenge[..^1] + last, "x509_pop", Thumbprint);
    }

    [TestCase("")]
    [TestCase(" ")]
    [TestCase("\n")]
    [TestCase("=")]
    public void Check_Rubbish_IsRefused(string around)
    {
        var challenge = _challenges.New("x509_pop", Thumbprint).Text;
        AssertInvalid(around, "x509_pop", Thumbprint);
        AssertInvalid(challenge + around + (around.Length == 0 ? "A" : ""), "x509_pop", Thumbprint);
        AssertInvalid(around + challenge[..^1] + (around.Length == 0 ? "" : challenge[^1]), "x509_pop", Thumbprint);
        AssertInvalid(new string('A', 20_000), "x509_pop", Thumbprint);
    }

    [Test]
    public void Check_StampOfAnotherPurpose_IsRefused() =>
        AssertInvalid(new Stamps(_ring, _time).Make("nonce", ["x509_pop", Thumbprint], Challenges.Life).Text, "x509_pop", Thumbprint);

    [Test]
    public void Check_OfAnotherReplica_IsGood() => Assert.That(
        new Challenges(new Stamps(_ring, _time), _used).Check(_challenges.New("x509_pop", Thumbprint).Text, "x509_pop", Thumbprint).Id, Is.Not.Empty);

    [Test]
    public void Check_OfAnotherBroker_IsRefused()
    {
        using var other = new TestRing();
        AssertInvalid(new Challenges(new Stamps(other, _time), _used).New("x509_pop", Thumbprint).Text, "x509_pop", Thumbprint);
    }

    [Test]
    public void Check_KeyRotatedMeanwhile_IsGood()
    {
        var challenge = _challenges.New("x509_pop", Thumbprint).Text;
        _ring.Rotate();
        Assert.That(_challenges.Check(challenge, "x509_pop", Thumbprint).Id, Is.Not.Empty);
    }

    [Test]
    public void Check_KeysWithdrawnMeanwhile_IsRefused()
    {
        var challenge = _challenges.New("x509_pop", Thumbprint).Text;
        _ring.Withdraw();
        AssertInvalid(challenge, "x509_pop", Thumbprint);
    }

    [Test]
    public async Task UseUpAsync_ByTwoReplicasAtOnce_OneWins()
    {
        var challenge = _challenges.New("x509_pop", Thumbprint).Text;
        var other = new Challenges(new Stamps(_ring, _time), _used);

        var outcomes = await Task.WhenAll(new[] { _challenges, other }.Select(replica => Task.Run(async () =>
        {
            try
            {
                await replica.UseUpAsync(replica.Check(challenge, "x509_pop", Thumbprint), CancellationToken.None);
                return true;
            }
            catch (RefusedException)
            {
                return false;
            }
        })));

        Assert.That(outcomes.Count(won => won), Is.EqualTo(1));
    }

    [Test]
    public async Task UseUpAsync_StoreDown_IsRefusedAsThat()
    {
        var challenge = _challenges.Check(_challenges.New("x509_pop", Thumbprint).Text, "x509_pop", Thumbprint);
        _used.IsDown = true;

        var refused = await Assert.ThrowsAsync<RefusedException>(() => _challenges.UseUpAsync(challenge, CancellationToken.None));
        Assert.That(refused!.Reason, Is.EqualTo(ErrorReason.StoreUnavailable));
    }

    private void AssertInvalid(string challenge, string attestor, string thumbprint)
    {
        var refused = Assert.Throws<RefusedException>(() => _challenges.Check(challenge, attestor, thumbprint), challenge);
        Assert.That(refused!.Reason, Is.EqualTo(ErrorReason.ChallengeInvalid));
        Assert.That(_used.Used, Is.Empty);
    }
}
