namespace CredBroker.Conformance.Stores;

/// <summary>Places of a workload: perhaps too few free ones for a while, never too many.</summary>
public abstract class WorkloadQuotaConformance(IStoreForm form) : StoreConformance(form)
{
    private static readonly LeaseDraft Limited = LeaseDraft.Token with { PerWorkload = 2 };

    [Test]
    public async Task Take_LimitReached_False()
    {
        var task = await Broker.OpenAsync();

        Assert.That(await TakeAsync(task, 2), Is.True);
        Assert.That(await TakeAsync(task, 2), Is.True);
        Assert.That(await TakeAsync(task, 2), Is.False);
        Assert.That(await TakeAsync(task, 3), Is.True);
    }

    [Test]
    public async Task Take_TasksOfOneWorkload_ShareTheirPlaces()
    {
        var first = await Broker.OpenAsync(new TaskDraft { Bucket = 1 });
        var second = await Broker.OpenAsync(new TaskDraft { Bucket = 2, Subject = first.Task.Subject });
        var stranger = await Broker.OpenAsync(new TaskDraft { Bucket = 1 });
        var namesake = await Broker.OpenAsync(new TaskDraft { Bucket = 1, Subject = first.Task.Subject, Tenant = "globex" });

        Assert.That(await TakeAsync(first, 1), Is.True);
        Assert.That(await TakeAsync(second, 1), Is.False);
        Assert.That(await TakeAsync(stranger, 1), Is.True);
        Assert.That(await TakeAsync(namesake, 1), Is.True);
        Assert.That(await TakeAsync(second, 1, Limited with { Template = "other" }), Is.True);
    }

    [Test]
    public async Task Return_Place_IsFree()
    {
        var task = await Broker.OpenAsync();
        var intent = await Broker.IntendAsync(task, Limited);
        await Broker.Quota.TakeAsync(intent, 1, None);

        await Broker.Quota.ReturnAsync([(intent.Id, intent.Terms)], None);
        await Broker.Quota.ReturnAsync([(intent.Id, intent.Terms)], None);

        Assert.That(await TakeAsync(task, 1), Is.True);
        Assert.That(await TakeAsync(task, 1), Is.False);
    }

    [Test]
    public async Task Return_ManyPlacesOfManyWorkloads_AllAreFree()
    {
        var tasks = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Broker.OpenAsync()));
        var intents = await Task.WhenAll(tasks.Select(task => Broker.IntendAsync(task, Limited)));
        foreach (var intent in intents) await Broker.Quota.TakeAsync(intent, 1, None);

        await Broker.Quota.ReturnAsync([.. intents.Select(intent => (intent.Id, intent.Terms))], None);

        foreach (var task in tasks) Assert.That(await TakeAsync(task, 1), Is.True);
    }

    [Test]
    public async Task Take_LeaseOfThePlaceCannotBeLiveAnyMore_IsFree()
    {
        var task = await Broker.OpenAsync();
        var taken = await Store.ReadTimeAsync();
        await TakeAsync(task, 1, Limited with { MaxTtl = TimeSpan.FromMilliseconds(60) });

        Assert.That(await TakeAsync(task, 1), Is.False);
        await PassAsync(taken + TimeSpan.FromMilliseconds(100) + Store.Rules.IntentLife);
        Assert.That(await TakeAsync(task, 1), Is.True);
    }

    [Test]
    public async Task Take_SamePlaceAgain_IsStillOnePlace()
    {
        var task = await Broker.OpenAsync();
        var intent = await Broker.IntendAsync(task, Limited);

        Assert.That(await Broker.Quota.TakeAsync(intent, 1, None), Is.True);
        Assert.That(await Broker.Quota.TakeAsync(intent, 1, None), Is.True);
        Assert.That(await TakeAsync(task, 1), Is.False);
    }

    [TestCase(1)]
    [TestCase(-1)]
    public async Task Take_ClocksAnHourApart_Refused(int hours)
    {
        var task = await Broker.OpenAsync();
        Broker.Clock.Offset = TimeSpan.FromHours(hours);

        Assert.That(
            async () => await TakeAsync(task, 1),
            Throws.TypeOf<RefusedException>().With.Property(nameof(RefusedException.Reason)).EqualTo(ErrorReason.StoreUnavailable));

        Broker.Clock.Offset = TimeSpan.Zero;
        Assert.That(await TakeAsync(task, 1), Is.True);
    }

    [Test]
    public async Task Take_ManyAtOnce_NeverMoreThanTheLimit()
    {
        var task = await Broker.OpenAsync();

        var taken = await Task.WhenAll(Enumerable.Range(0, 40).Select(_ => TakeAsync(task, 7)));

        Assert.That(taken.Count(took => took), Is.EqualTo(7));
    }

    private async Task<bool> TakeAsync(HeldTask task, int limit, LeaseDraft? draft = null) =>
        await Broker.Quota.TakeAsync(await Broker.IntendAsync(task, draft ?? Limited), limit, None);
}
