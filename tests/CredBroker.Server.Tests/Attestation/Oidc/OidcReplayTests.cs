namespace CredBroker.Server.Tests.Attestation.Oidc;

/// <summary>Tokens that are good once, on however many replicas.</summary>
[TestFixture, Category("Server"), Parallelizable(ParallelScope.Self)]
public sealed class OidcReplayTests
{
    private const string Used = "it has been used before";

    private OidcUnderTest _tested;

    [SetUp]
    public async Task Start() => _tested = await OidcUnderTest.StartAsync();

    [TearDown]
    public async Task Stop() => await _tested.DisposeAsync();

    [Test]
    public async Task AttestAsync_SameTokenAgain_IsRefused()
    {
        var token = _tested.Token();
        await _tested.AttestAsync(token);

        Assert.That(await _tested.FaultOf(token), Does.Contain(Used));
    }

    [Test]
    public async Task AttestAsync_SameNameInAnotherToken_IsRefused()
    {
        await _tested.AttestAsync(_tested.Token(claims => claims["jti"] = "1"));

        Assert.That(await _tested.FaultOf(_tested.Token(claims => (claims["jti"], claims["x"]) = ("1", "another"))), Does.Contain(Used));
    }

    [Test]
    public async Task AttestAsync_SameTokenAgainWithTheSameKey_IsGoodForWhoLostTheAnswer()
    {
        var token = _tested.Token();
        var key = new ProofKey(ProofKind.Dpop, "first");
        await _tested.AttestAsync(token, key: key);

        await _tested.AttestAsync(token, _tested.Replica(), key);

        foreach (var other in new[] { null, new ProofKey(ProofKind.Dpop, "second"), new ProofKey(ProofKind.Mtls, "first") })
        {
            var refused = await Assert.ThrowsAsync<RefusedException>(() => _tested.AttestAsync(token, key: other));
            Assert.That(refused!.Message, Does.Contain(Used));
        }
    }

    [Test]
    public async Task AttestAsync_SameNameByAnotherIssuer_IsAnotherToken()
    {
        await using var other = await CredBroker.Testing.Access.FakeIssuer.StartAsync(_tested.Time);
        _tested.Trust("other", other);
        await _tested.AttestAsync(_tested.Token(claims => claims["jti"] = "1"));
        var claims = other.Claims("x", "credbroker");
        claims["jti"] = "1";

        await _tested.AttestAsync(other.Sign(other.Header(), claims));
    }

    [Test]
    public async Task AttestAsync_ManyAtOnceOnTwoReplicas_OneWins()
    {
        var other = _tested.Replica();
        var token = _tested.Token();
        await _tested.AttestAsync(_tested.Token());
        await _tested.AttestAsync(_tested.Token(), other);

        var wins = await Task.WhenAll(Enumerable.Range(0, 64).Select(i => Task.Run(() => WinsAsync(token, i % 2 == 0))));

        Assert.That(wins.Count(won => won), Is.EqualTo(1));

        async Task<bool> WinsAsync(string evidence, bool first)
        {
            try
            {
                await _tested.AttestAsync(evidence, first ? null : other);
                return true;
            }
            catch (RefusedException refused) when (refused.Message.Contains(Used, StringComparison.Ordinal))
            {
                return false;
            }
        }
    }

    [Test]
    public async Task AttestAsync_Refused_UsesNothingUp()
    {
        var good = _tested.Token(claims => claims["jti"] = "mine");
        var parts = good.Split('.');
        using var stranger = CredBroker.Testing.Attestation.TestSigningKey.For("ES256");
        var claims = _tested.Claims();
        claims["jti"] = "mine";
        var forged = _tested.Issuer.Sign(_tested.Header(), claims, stranger);

        await _tested.FaultOf(forged);
        await _tested.FaultOf($"{parts[0]}.{parts[1]}.{_tested.Token().Split('.')[2]}");
        await _tested.FaultOf(_tested.Token(late => (late["jti"], late["exp"]) = ("mine", 1)));
        await _tested.FaultOf(_tested.Token(foreign => (foreign["jti"], foreign["aud"]) = ("mine", "elsewhere")));

        Assert.That(_tested.Replays.Used, Is.Empty);
        await _tested.AttestAsync(good);
    }

    [Test]
    public async Task AttestAsync_Used_IsRememberedUntilNoClockWouldTakeIt()
    {
        await _tested.AttestAsync(_tested.Token());

        Assert.That(_tested.Replays.Used.Single().ExpiresAt, Is.EqualTo(_tested.Time.GetUtcNow() + TimeSpan.FromSeconds(330)));
    }

    [Test]
    public async Task AttestAsync_MemoryDown_IsNotTaken()
    {
        _tested.Replays.IsDown = true;
        var token = _tested.Token();

        var refused = await Assert.ThrowsAsync<RefusedException>(() => _tested.AttestAsync(token));

        Assert.That(refused!.Reason, Is.EqualTo(ErrorReason.StoreUnavailable));
    }

    [TestCase(null)]
    [TestCase("")]
    public async Task AttestAsync_WithoutAName_IsRefused(string? jti) =>
        Assert.That(await _tested.FaultOf(_tested.Token(claims => claims["jti"] = jti)), Does.Contain("it has no 'jti', and is good once only"));

    [Test]
    public async Task AttestAsync_NameTooLongOrNoString_IsRefused()
    {
        Assert.That(await _tested.FaultOf(_tested.Token(claims => claims["jti"] = new string('j', 257))), Does.Contain("it has no 'jti'"));
        Assert.That(await _tested.FaultOf(_tested.Token(claims => claims["jti"] = 7)), Does.Contain("it has no 'jti'"));
    }
}
