using CredBroker.Issuance;

namespace CredBroker.Conformance.Stores;

/// <summary>Of two brokers that record a pass in the place of the same one, the second is told so.</summary>
public abstract class TighteningConformance(IStoreForm form) : StoreConformance(form)
{
    [SetUp]
    public Task ForgetAsync() => Store.EmptyAsync();

    [Test]
    public async Task Save_InPlaceOfWhatIsThere_IsReadAsItWasSaved()
    {
        Assert.That(await Broker.Passes.FindAsync(None), Is.Null);
        var first = Draft(1);
        Assert.That(await Broker.Passes.SaveAsync(first, inPlaceOf: 0, None), Is.True);
        Assert.That(await Broker.Passes.FindAsync(None), Is.EqualTo(first));

        var further = first with { DoneBuckets = 7, Looked = 5, NotPermitted = 3, Undecided = 1, Revoked = 2, FinishedAt = first.RequestedAt.AddSeconds(4) };
        Assert.That(await Broker.Passes.SaveAsync(further, inPlaceOf: 1, None), Is.True);
        Assert.That(await Broker.Passes.FindAsync(None), Is.EqualTo(further));
    }

    [Test]
    public async Task Save_WithWhatIsInHandAndOvertaken_IsReadAsItWasSaved()
    {
        LeaseId[] inHand = [LeaseId.New(3, Draft(1).RequestedAt), LeaseId.New(4, Draft(1).RequestedAt)];
        var overtaken = Draft(1) with { OrderedBy = "somebody", Revoked = 4 };
        await Broker.Passes.SaveAsync(Draft(2) with { After = "some place", InHand = inHand, Overtaken = [overtaken] }, inPlaceOf: 0, None);

        var read = (await Broker.Passes.FindAsync(None))!;

        Assert.That((read.After, read.Overtaken.Single()), Is.EqualTo(("some place", overtaken)));
        Assert.That(read.InHand, Is.EqualTo(inHand));
    }

    [Test]
    public async Task Save_AnotherHasComeInBetween_Refused()
    {
        await Broker.Passes.SaveAsync(Draft(1), inPlaceOf: 0, None);
        Assert.That(await Broker.Passes.SaveAsync(Draft(1), inPlaceOf: 0, None), Is.False);
        await Broker.Passes.SaveAsync(Draft(2), inPlaceOf: 1, None);

        Assert.That(await Broker.Passes.SaveAsync(Draft(1) with { DoneBuckets = 9 }, inPlaceOf: 1, None), Is.False);
        Assert.That(await Broker.Passes.FindAsync(None), Is.EqualTo(Draft(2)));
    }

    [Test]
    public async Task TryHold_AnotherHasIt_Waits()
    {
        Assert.That(await Broker.Passes.TryHoldAsync("one", TimeSpan.FromMilliseconds(300), None), Is.True);
        Assert.That(await Broker.Passes.TryHoldAsync("two", TimeSpan.FromMinutes(1), None), Is.False);
        Assert.That(await Broker.Passes.TryHoldAsync("one", TimeSpan.FromMilliseconds(300), None), Is.True);
        await UntilAsync(() => Broker.Passes.TryHoldAsync("two", TimeSpan.FromMinutes(1), None), "the hold is over");
    }

    private static TighteningPass Draft(long number) => new()
    {
        Number = number,
        Version = "0123456789abcdef.fedcba9876543210",
        Revokes = true,
        RequestedAt = new DateTimeOffset(2030, 1, 2, 3, 4, 5, 6, TimeSpan.Zero),
    };
}
