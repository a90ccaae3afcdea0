using CredBroker.Testing;
using Microsoft.Extensions.Time.Testing;

namespace CredBroker.Tests;

[TestFixture, Category("Unit")]
public sealed class RateLimitTests
{
    private readonly FakeTimeProvider _time = new(DateTimeOffset.UnixEpoch.AddYears(56));

    [Test]
    public void Take_Burst_IsLetThroughAndThenOneAtATime()
    {
        var limit = new RateLimit(_time, perSecond: 10, burst: 3);
        for (var i = 0; i < 3; i++) Assert.That(limit.Take("a"), Is.Null);

        Assert.That(limit.Take("a"), Is.EqualTo(TimeSpan.FromMilliseconds(100)));
        _time.Advance(TimeSpan.FromMilliseconds(99));
        Assert.That(limit.Take("a"), Is.EqualTo(TimeSpan.FromMilliseconds(1)));
        _time.Advance(TimeSpan.FromMilliseconds(1));
        Assert.That(limit.Take("a"), Is.Null);
        Assert.That(limit.Take("a"), Is.Not.Null);
    }

    [Test]
    public void Take_ClockSetBack_ChangesNothing()
    {
        var clock = new SteppedClock(_time);
        var limit = new RateLimit(clock, perSecond: 10, burst: 3);
        limit.Take("a");
        clock.Step = TimeSpan.FromMinutes(-10);

        Assert.That((limit.Take("a"), limit.Take("a"), limit.Take("a")), Is.EqualTo(((TimeSpan?)null, (TimeSpan?)null, (TimeSpan?)TimeSpan.FromMilliseconds(100))));
    }

    [Test]
    public void Take_AfterAPause_TheBurstIsThereAgainAndNoMore()
    {
        var limit = new RateLimit(_time, perSecond: 10, burst: 3);
        while (limit.Take("a") is null) { }
        _time.Advance(TimeSpan.FromHours(1));

        Assert.That(Enumerable.Range(0, 100).Count(_ => limit.Take("a") is null), Is.EqualTo(3));
    }

    [Test]
    public void Take_Refused_CostsNothing()
    {
        var limit = new RateLimit(_time, perSecond: 1, burst: 1);
        limit.Take("a");
        for (var i = 0; i < 1_000; i++) limit.Take("a");
        _time.Advance(TimeSpan.FromSeconds(1));

        Assert.That(limit.Take("a"), Is.Null);
    }

    [Test]
    public void Take_Others_DoNotCount()
    {
        var limit = new RateLimit(_time, perSecond: 1, burst: 1);
        limit.Take("a");

        Assert.That(limit.Take("b"), Is.Null);
        Assert.That(limit.Take("a"), Is.Not.Null);
    }

    [Test]
    public void Take_FarMoreKeysThanItKeeps_StaysBoundedAndRemembersTheYoungest()
    {
        var limit = new RateLimit(_time, perSecond: 1, burst: 1, capacity: 100);
        for (var i = 0; i < 10_000; i++) limit.Take($"{i}");

        Assert.That(limit.Count, Is.LessThanOrEqualTo(100));
        Assert.That(limit.Take("9999"), Is.Not.Null);
    }

    [Test]
    public void Take_KnownFromTheOlderGeneration_IsNotForgotten()
    {
        var limit = new RateLimit(_time, perSecond: 1, burst: 1, capacity: 100);
        limit.Take("a");
        for (var round = 0; round < 20; round++)
        {
            for (var i = 0; i < 40; i++) limit.Take($"{round} {i}");
            Assert.That(limit.Take("a"), Is.Not.Null);
        }
    }

    [Test]
    public async Task Take_ManyAtOnce_NoMoreThanTheBurst()
    {
        var limit = new RateLimit(_time, perSecond: 1, burst: 50);

        var taken = await Task.WhenAll(Enumerable.Range(0, 1_000).Select(_ => Task.Run(() => limit.Take("a") is null)));

        Assert.That(taken.Count(took => took), Is.EqualTo(50));
    }

    [TestCase(0, 1)]
    [TestCase(1, 0)]
    public void RateLimit_OfNothing_IsRefused(int perSecond, int burst) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => _ = new RateLimit(_time, perSecond, burst));
}
