using CredBroker.Leases;

namespace CredBroker.Conformance.Stores;

/// <summary>A store whose clock had gone wrong is trusted again by command, and not before it is right.</summary>
public abstract class ClockConformance(IStoreForm form) : StoreConformance(form)
{
    [Test]
    public async Task Reset_ClockHadBeenAhead_IssuesAgain()
    {
        var task = await Broker.OpenAsync(new TaskDraft { Bucket = 119 });
        await SetStoreClockBackAsync(task.Bucket, Store.Rules.ClockBound + TimeSpan.FromHours(1));
        Assert.That(await Broker.TryBeginAsync(task), Is.TypeOf<BeginOutcome.ClockFault>());

        var now = await Broker.StoreClock.ResetAsync(None);

        Assert.That(now, Is.EqualTo(await Store.ReadTimeAsync()).Within(TimeSpan.FromSeconds(10)));
        Assert.That(await Broker.TryBeginAsync(task), Is.TypeOf<BeginOutcome.Begun>());
    }

    [TestCase(1), TestCase(-1)]
    public async Task Reset_ClocksAnHourApart_ChangesNothing(int hours)
    {
        var task = await Broker.OpenAsync(new TaskDraft { Bucket = 118 });
        await SetStoreClockBackAsync(task.Bucket, Store.Rules.ClockBound + TimeSpan.FromHours(1));
        Broker.Clock.Offset = TimeSpan.FromHours(hours);

        Assert.That(await Broker.StoreClock.ResetAsync(None), Is.Null);

        Broker.Clock.Offset = TimeSpan.Zero;
        Assert.That(await Broker.TryBeginAsync(task), Is.TypeOf<BeginOutcome.ClockFault>());
    }
}
