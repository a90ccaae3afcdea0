using CredBroker.Leases;

namespace CredBroker.Conformance.Stores;

/// <summary>A key that a task has used names the lease it was used for, and nothing is recorded twice under it.</summary>
public abstract class IdempotencyConformance(IStoreForm form) : StoreConformance(form)
{
    private static LeaseDraft Keyed => LeaseDraft.Token with { IdempotencyKey = Guid.NewGuid().ToString("N") };

    [TestCase("digest-1", true)]
    [TestCase("digest-2", false)]
    public async Task Begin_KeyUsedBefore_TellsWhichLeaseAndWhetherForTheSame(string digest, bool same)
    {
        var task = await Broker.OpenAsync();
        var draft = Keyed;
        var first = await Broker.BeginAsync(task, draft);

        var outcome = await Broker.TryBeginAsync(task, draft with { Digest = digest });

        Assert.That(outcome, Is.EqualTo(new BeginOutcome.Replay(first.Id, same)));
        Assert.That((await Broker.Leases.ListAsync(task.Id, 0, 10, None)).Leases, Has.Count.EqualTo(1));
    }

    [Test]
    public async Task FindByKey_OfTheTaskAlone_TellsTheLeaseAndWhetherForTheSame()
    {
        var task = await Broker.OpenAsync(new TaskDraft { Bucket = 4 });
        var other = await Broker.OpenAsync(new TaskDraft { Bucket = 4 });
        var draft = Keyed;
        var first = await Broker.BeginAsync(task, draft);

        Assert.That(await Broker.Index.FindByKeyAsync(task.Id, draft.IdempotencyKey!, draft.Digest, None), Is.EqualTo(new BeginOutcome.Replay(first.Id, SameRequest: true)));
        Assert.That(await Broker.Index.FindByKeyAsync(task.Id, draft.IdempotencyKey!, "another", None), Is.EqualTo(new BeginOutcome.Replay(first.Id, SameRequest: false)));
        Assert.That(await Broker.Index.FindByKeyAsync(task.Id, "another", draft.Digest, None), Is.Null);
        Assert.That(await Broker.Index.FindByKeyAsync(other.Id, draft.IdempotencyKey!, draft.Digest, None), Is.Null);
    }

    [Test]
    public async Task Begin_KeyOfAnotherTask_IsAnotherKey()
    {
        var draft = Keyed;
        await Broker.BeginAsync(await Broker.OpenAsync(new TaskDraft { Bucket = 4 }), draft);

        Assert.That(await Broker.TryBeginAsync(await Broker.OpenAsync(new TaskDraft { Bucket = 4 }), draft), Is.TypeOf<BeginOutcome.Begun>());
    }

    [Test]
    public async Task Begin_LeaseOfTheKeyIsOver_StillTheSameLease()
    {
        var task = await Broker.OpenAsync();
        var draft = Keyed;
        var first = await Broker.BeginAsync(task, draft);
        await Broker.RevokeAsync(first);

        Assert.That(await Broker.TryBeginAsync(task, draft), Is.EqualTo(new BeginOutcome.Replay(first.Id, SameRequest: true)));
    }

    [Test]
    public async Task Begin_ReplayUnderASealedTask_TheSealComesFirst()
    {
        var task = await Broker.OpenAsync();
        var draft = Keyed;
        await Broker.BeginAsync(task, draft);
        await Broker.SealAsync(task);

        AssertRefused(await Broker.TryBeginAsync(task, draft), ErrorReason.TaskEnded);
    }

    [Test]
    public async Task Begin_ReplayWithStaleFences_TheFencesComeFirst()
    {
        var task = await Broker.OpenAsync();
        var draft = Keyed;
        await Broker.BeginAsync(task, draft);
        var epoch = await Broker.ReadEpochAsync(task.Bucket);

        Assert.That(await Broker.TryBeginAsync(task, draft with { FenceEpoch = epoch + 1 }), Is.EqualTo(new BeginOutcome.StaleFences(epoch)));
    }

    [Test]
    public async Task Begin_ReplayWhereTheQuotaIsFull_TheReplayComesFirst()
    {
        var task = await Broker.OpenAsync();
        var draft = Keyed with { PerTask = 1 };
        var first = await Broker.BeginAsync(task, draft);

        Assert.That(await Broker.TryBeginAsync(task, draft), Is.EqualTo(new BeginOutcome.Replay(first.Id, SameRequest: true)));
    }

    [Test]
    public async Task Begin_RefusedByTheQuota_DoesNotUseTheKey()
    {
        var task = await Broker.OpenAsync();
        var holder = await Broker.BeginAsync(task, LeaseDraft.Token with { PerTask = 1 });
        var draft = Keyed with { PerTask = 1 };

        AssertRefused(await Broker.TryBeginAsync(task, draft), ErrorReason.QuotaExceeded);

        await Broker.RevokeAsync(holder);
        Assert.That(await Broker.TryBeginAsync(task, draft), Is.TypeOf<BeginOutcome.Begun>());
    }

    [Test]
    public async Task Begin_SameKeyManyTimesAtOnce_OneLease()
    {
        var task = await Broker.OpenAsync();
        var draft = Keyed;

        var outcomes = await Task.WhenAll(Enumerable.Range(0, 24).Select(_ => Broker.TryBeginAsync(task, draft)));

        var begun = outcomes.OfType<BeginOutcome.Begun>().Single();
        Assert.That(outcomes.OfType<BeginOutcome.Replay>().ToList(), Has.Count.EqualTo(23).And.All.EqualTo(new BeginOutcome.Replay(begun.Lease.Id, SameRequest: true)));
        Assert.That((await Broker.Leases.ListAsync(task.Id, 0, 50, None)).Leases, Has.Count.EqualTo(1));
    }

    [Test]
    public async Task Begin_AfterTheKeyWasForgotten_Begins()
    {
        var task = await Broker.OpenAsync();
        var draft = Keyed;
        var first = await Broker.BeginAsync(task, draft);
        // The key is written a little after the script has read its clock.
        await PassAsync(first.IssuedAt + Store.Rules.RememberIdempotencyKey + TimeSpan.FromMilliseconds(50));

        Assert.That(await Broker.TryBeginAsync(task, draft), Is.TypeOf<BeginOutcome.Begun>());
    }
}
