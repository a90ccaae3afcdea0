using CredBroker.Leases;

namespace CredBroker.Conformance.Stores;

/// <summary>A fence stands in every bucket before it is said to stand, and verifiers hear of it.</summary>
public abstract class FenceConformance(IStoreForm form) : StoreConformance(form)
{
    [Test]
    public async Task Raise_Fence_StandsInEveryBucket()
    {
        var before = await Store.ReadTimeAsync();
        var fence = Draft();

        var raised = await Broker.Fences.RaiseAsync(fence, None);

        Assert.That(raised.NotBefore, Is.InRange(before.AddMilliseconds(-1), await Store.ReadTimeAsync()));
        for (var bucket = 0; bucket < Buckets.Count; bucket++)
        {
            var known = await Broker.Fences.ReadAsync(bucket, None);
            Assert.That(known.Epoch, Is.GreaterThan(0));
            Assert.That(known.Fences.Select(standing => standing.Id), Has.Member(fence.Id));
        }
    }

    [Test]
    public async Task Raise_EverySelector_IsReadAsItWasRaised()
    {
        var at = new DateTimeOffset(2026, 2, 3, 4, 5, 6, 7, TimeSpan.Zero);
        var selector = new LeaseSelector
        {
            Tenant = "acme",
            Workload = "spiffe://a/b",
            AttestedSelector = "k8s:ns:x",
            TaskId = TaskId.New(3, at),
            Template = "t",
            Target = "g",
            Sensitivity = Sensitivity.Confidential,
            Risk = RiskLevel.High,
            Backend = "vault:main",
            PolicyVersion = "p",
            IssuedBefore = at,
            IssuedAfter = at.AddHours(-1),
            LeaseId = LeaseId.New(3, at),
        };
        var fence = Draft() with { Selectors = [selector, new LeaseSelector { Tenant = "ünï\n\"x\"" }], Reason = "leak\n\"42\"", RaisedBy = "kim" };

        var raised = await Broker.Fences.RaiseAsync(fence, None);

        var standing = (await Broker.Fences.ReadAsync(77, None)).Fences.Single(known => known.Id == fence.Id);
        Assert.That(standing.Selectors, Is.EqualTo(fence.Selectors));
        Assert.That((standing.Reason, standing.RaisedBy, standing.RaisedAt), Is.EqualTo((fence.Reason, fence.RaisedBy, fence.RaisedAt)));
        var listed = (await Broker.Fences.ListAsync(None)).Single(known => known.Id == fence.Id);
        Assert.That((listed.Selectors[0], listed.NotBefore), Is.EqualTo((selector, raised.NotBefore)));
    }

    [Test]
    public async Task Raise_WhileALeaseIsMade_NeitherBegunNorCommittedNorRenewed()
    {
        var task = await Broker.OpenAsync();
        var epoch = await Broker.ReadEpochAsync(task.Bucket);
        var active = await Broker.IssueAsync(task);
        var intent = await Broker.BeginAsync(task, LeaseDraft.Secret);

        await Broker.Fences.RaiseAsync(Draft(), None);

        var stale = await Broker.ReadEpochAsync(task.Bucket);
        Assert.That(await Broker.TryBeginAsync(task, LeaseDraft.Token with { FenceEpoch = epoch }), Is.EqualTo(new BeginOutcome.StaleFences(stale)));
        Assert.That(await Broker.TryCommitAsync(intent, epoch: epoch), Is.EqualTo(new CommitOutcome.StaleFences(stale)));
        Assert.That(await Broker.TryRenewAsync(task, active, TimeSpan.FromMinutes(9), epoch), Is.EqualTo(new RenewOutcome.StaleFences(stale)));
    }

    [Test]
    public async Task Raise_Again_ChangesNothing()
    {
        var fence = Draft();
        var first = await Broker.Fences.RaiseAsync(fence, None);
        var epoch = await Broker.ReadEpochAsync(5);
        var position = (await Broker.ReadLogAsync()).Cursor;
        await PassAsync(first.NotBefore!.Value.AddMilliseconds(5));

        var second = await Broker.Fences.RaiseAsync(fence, None);

        Assert.That(second.NotBefore, Is.EqualTo(first.NotBefore));
        Assert.That(await Broker.ReadEpochAsync(5), Is.EqualTo(epoch));
        Assert.That((await Broker.ReadLogAsync(position)).IsPulse, Is.True);
        Assert.That((await Broker.Fences.ListAsync(None)).Count(known => known.Id == fence.Id), Is.EqualTo(1));
    }

    [Test]
    public async Task Raise_Fence_VerifiersHearOfItOnce()
    {
        var position = (await Broker.ReadLogAsync()).Cursor;

        var raised = await Broker.Fences.RaiseAsync(Draft(), None);

        var slice = await Broker.ReadLogAsync(position);
        Assert.That(slice.Reset, Is.False);
        Assert.That((slice.Fences.Single().Fence.Id, slice.Fences.Single().Fence.NotBefore, slice.Fences.Single().Lifted), Is.EqualTo((raised.Id, raised.NotBefore, false)));
        Assert.That((await Broker.ReadLogAsync(slice.Cursor)).Fences, Is.Empty);
    }

    [Test]
    public async Task Lift_Fence_GoneFromEveryBucketAndTold()
    {
        var raised = await Broker.Fences.RaiseAsync(Draft(), None);
        var epoch = await Broker.ReadEpochAsync(9);
        var position = (await Broker.ReadLogAsync()).Cursor;

        Assert.That(await Broker.Fences.LiftAsync(raised.Id, None), Is.True);

        for (var bucket = 0; bucket < Buckets.Count; bucket++)
            Assert.That((await Broker.Fences.ReadAsync(bucket, None)).Fences.Select(standing => standing.Id), Has.No.Member(raised.Id));
        Assert.That(await Broker.ReadEpochAsync(9), Is.GreaterThan(epoch));
        Assert.That((await Broker.Fences.ListAsync(None)).Select(known => known.Id), Has.No.Member(raised.Id));
        var notice = (await Broker.ReadLogAsync(position)).Fences.Single();
        Assert.That((notice.Fence.Id, notice.Fence.NotBefore, notice.Lifted), Is.EqualTo((raised.Id, raised.NotBefore, true)));
    }

    [Test]
    public async Task Lift_Again_False()
    {
        var raised = await Broker.Fences.RaiseAsync(Draft(), None);
        await Broker.Fences.LiftAsync(raised.Id, None);
        var position = (await Broker.ReadLogAsync()).Cursor;

        Assert.That(await Broker.Fences.LiftAsync(raised.Id, None), Is.False);
        Assert.That(await Broker.Fences.LiftAsync(FenceId.New(TimeProvider.System.GetUtcNow()), None), Is.False);
        Assert.That((await Broker.ReadLogAsync(position)).IsPulse, Is.True);
    }

    [Test]
    public async Task Raise_AfterItWasLifted_StandsAgainAndLater()
    {
        var first = await Broker.Fences.RaiseAsync(Draft(), None);
        await Broker.Fences.LiftAsync(first.Id, None);
        await PassAsync(first.NotBefore!.Value.AddMilliseconds(5));

        var second = await Broker.Fences.RaiseAsync(first with { NotBefore = null }, None);

        Assert.That(second.NotBefore, Is.GreaterThan(first.NotBefore));
        Assert.That((await Broker.Fences.ReadAsync(3, None)).Fences.Select(standing => standing.Id), Has.Member(first.Id));
        Assert.That((await Broker.Fences.ListAsync(None)).Select(known => known.Id), Has.Member(first.Id));
    }

    [Test]
    public async Task ReadLog_NewVerifier_HearsOfWhatStandsAndOfWhatWasLifted()
    {
        var standing = await Broker.Fences.RaiseAsync(Draft(), None);
        var lifted = await Broker.Fences.RaiseAsync(Draft(), None);
        await Broker.Fences.LiftAsync(lifted.Id, None);

        var notices = (await Broker.ReadLogAsync()).Fences;

        Assert.That(notices.Single(notice => notice.Fence.Id == standing.Id).Lifted, Is.False);
        Assert.That(notices.Single(notice => notice.Fence.Id == lifted.Id).Lifted, Is.True);
    }

    [Test]
    public async Task Raise_WhileLeasesAreIssued_WhateverWasIssuedUnderTheOldEpochIsNotAfterTheFence()
    {
        var task = await Broker.OpenAsync();
        var epoch = await Broker.ReadEpochAsync(task.Bucket);
        var intents = await Task.WhenAll(Enumerable.Range(0, 60).Select(_ => Broker.IntendAsync(task, LeaseDraft.Token with { FenceEpoch = epoch })));

        var raising = Broker.Fences.RaiseAsync(Draft(), None);
        var issuing = intents.Select(intent => Broker.Leases.BeginAsync(intent, None)).ToList();
        var fence = await raising;
        var outcomes = await Task.WhenAll(issuing);

        foreach (var begun in outcomes.OfType<BeginOutcome.Begun>()) Assert.That(begun.Lease.IssuedAt, Is.LessThanOrEqualTo(fence.NotBefore!.Value));
        Assert.That(outcomes.Where(outcome => outcome is not BeginOutcome.Begun), Is.All.TypeOf<BeginOutcome.StaleFences>());
        Assert.That(await Broker.TryBeginAsync(task, LeaseDraft.Token with { FenceEpoch = epoch }), Is.TypeOf<BeginOutcome.StaleFences>());
    }

    [Test]
    public async Task Raise_StoresClockFellBack_NothingThatCameBeforeIsDatedAfterIt()
    {
        var task = await Broker.OpenAsync(new TaskDraft { Bucket = 122 });
        await SetStoreClockBackAsync(task.Bucket, TimeSpan.FromSeconds(20));
        var lease = await Broker.IssueAsync(task);

        var raised = await Broker.Fences.RaiseAsync(Draft(), None);

        Assert.That(raised.NotBefore, Is.GreaterThanOrEqualTo(lease.IssuedAt));
        await Store.EmptyAsync();
    }

    [Test]
    public async Task Raise_AfterTheStoreWasEmptied_AnEpochThatNoBrokerKnows()
    {
        await Store.EmptyAsync();
        await Broker.Fences.RaiseAsync(Draft(), None);
        var known = await Broker.ReadEpochAsync(11);
        await Store.EmptyAsync();

        await Broker.Fences.RaiseAsync(Draft(), None);

        Assert.That(await Broker.ReadEpochAsync(11), Is.Not.EqualTo(known));
    }

    [Test]
    public async Task ReadLog_StoreLostAFenceNotice_Resets()
    {
        await Broker.Fences.RaiseAsync(Draft(), None);
        await Broker.Fences.RaiseAsync(Draft(), None);
        var position = (await Broker.ReadLogAsync()).Cursor;
        await Store.Mishaps.LoseLatestFenceNoticeAsync();

        Assert.That((await Broker.ReadLogAsync(position)).Reset, Is.True);

        var later = await Broker.Fences.RaiseAsync(Draft(), None);
        var slice = await Broker.ReadLogAsync(position);
        Assert.That(slice.Reset, Is.True);
        Assert.That(slice.Fences.Select(notice => notice.Fence.Id), Has.Member(later.Id));
    }

    private static Fence Draft() => new()
    {
        Id = FenceId.New(TimeProvider.System.GetUtcNow()),
        Selectors = [new LeaseSelector { Tenant = "acme" }],
        Reason = "a leak",
        RaisedBy = "kim",
        RaisedAt = DateTimeOffset.FromUnixTimeMilliseconds(TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds()),
    };
}
