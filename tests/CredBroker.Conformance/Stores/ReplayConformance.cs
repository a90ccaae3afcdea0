using CredBroker.Attestation;

namespace CredBroker.Conformance.Stores;

/// <summary>Evidence that is good once is good once, on however many brokers, until nobody would take it any more.</summary>
public abstract class ReplayConformance(IStoreForm form) : StoreConformance(form)
{
    [Test]
    public async Task TryUse_SecondTime_False()
    {
        var evidence = await EvidenceAsync(TimeSpan.FromMinutes(5));

        Assert.That(await Broker.Replays.TryUseAsync(evidence, None), Is.True);
        Assert.That(await Broker.Replays.TryUseAsync(evidence, None), Is.False);
        Assert.That(await Broker.Replays.TryUseAsync(evidence with { ExpiresAt = evidence.ExpiresAt.AddHours(1) }, None), Is.False);
    }

    [Test]
    public async Task TryUse_SameNameByAnotherMaker_True()
    {
        var at = await Store.ReadTimeAsync() + TimeSpan.FromMinutes(5);
        var name = Guid.NewGuid().ToString();

        Assert.That(await Broker.Replays.TryUseAsync(SingleUse.Of("https://a.test", name, at), None), Is.True);
        Assert.That(await Broker.Replays.TryUseAsync(SingleUse.Of("https://b.test", name, at), None), Is.True);
        Assert.That(await Broker.Replays.TryUseAsync(SingleUse.Of("https://a.test", $"\n{name}", at), None), Is.True);
    }

    [Test]
    public async Task TryUse_AgainWithTheSameKey_TrueAndWithAnotherFalse()
    {
        var evidence = (await EvidenceAsync(TimeSpan.FromMinutes(5))) with { Key = "first" };
        await using var other = await Store.ConnectAsync();

        Assert.That(await Broker.Replays.TryUseAsync(evidence, None), Is.True);
        Assert.That(await other.Replays.TryUseAsync(evidence, None), Is.True);
        Assert.That(await Broker.Replays.TryUseAsync(evidence with { Key = "second" }, None), Is.False);
        Assert.That(await Broker.Replays.TryUseAsync(evidence with { Key = "" }, None), Is.False);
    }

    [Test]
    public async Task TryUse_FirstWithoutAKey_NobodyAgain()
    {
        var evidence = await EvidenceAsync(TimeSpan.FromMinutes(5));
        await Broker.Replays.TryUseAsync(evidence, None);

        Assert.That(await Broker.Replays.TryUseAsync(evidence with { Key = "late" }, None), Is.False);
    }

    [Test]
    public async Task TryUse_ManyAtOnceOnTwoBrokers_OneWins()
    {
        await using var other = await Store.ConnectAsync();
        for (var round = 0; round < 20; round++)
        {
            var evidence = await EvidenceAsync(TimeSpan.FromMinutes(5));

            var used = await Task.WhenAll(Enumerable.Range(0, 32).Select(i => (i % 2 == 0 ? Broker : other).Replays.TryUseAsync(evidence, None)));

            Assert.That(used.Count(won => won), Is.EqualTo(1));
        }
    }

    [Test]
    public async Task TryUse_Used_IsForgottenAfterItsExpiryAndNotBefore()
    {
        var evidence = await EvidenceAsync(TimeSpan.FromMinutes(5));
        await Broker.Replays.TryUseAsync(evidence, None);

        var kept = (await Store.ScanAsync()).Where(key => key.Name.Contains(evidence.Id, StringComparison.Ordinal)).ToList();

        Assert.That(kept, Has.Count.EqualTo(1));
        Assert.That(kept[0].TimeToLive, Is.GreaterThan(TimeSpan.FromMinutes(5)));
        Assert.That(kept[0].TimeToLive, Is.LessThan(TimeSpan.FromMinutes(10)));
    }

    [Test]
    public async Task TryUse_AlreadyExpiredByAHair_IsStillUsedUp()
    {
        var evidence = await EvidenceAsync(TimeSpan.FromMinutes(-10));

        Assert.That(await Broker.Replays.TryUseAsync(evidence, None), Is.True);
        Assert.That(await Broker.Replays.TryUseAsync(evidence, None), Is.False);
    }

    private async Task<SingleUse> EvidenceAsync(TimeSpan life) =>
        SingleUse.Of("https://login.acme.test", Guid.NewGuid().ToString(), await Store.ReadTimeAsync() + life);
}
