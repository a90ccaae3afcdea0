using CredBroker.Leases;

namespace CredBroker.Conformance.Stores;

/// <summary>A secret that was handed out is not kept, so a retry gets another lease; the first one ends in the same instant.</summary>
public abstract class SupersedingConformance(IStoreForm form) : StoreConformance(form)
{
    private static LeaseDraft Keyed => LeaseDraft.Secret with { IdempotencyKey = Guid.NewGuid().ToString("N"), Backend = $"vault:{Guid.NewGuid():N}" };

    [Test]
    public async Task Begin_SupersedingAnActiveLease_TakesItsKeyAndEndsIt()
    {
        var task = await Broker.OpenAsync();
        var draft = Keyed;
        var first = await Broker.IssueAsync(task, draft);

        var second = await SupersedeAsync(task, draft, first);

        var ended = await Broker.ReadAsync(first);
        Assert.That((ended.State, ended.EndReason, ended.SupersededBy), Is.EqualTo((LeaseState.Revoking, EndReason.Superseded, (LeaseId?)second.Id)));
        Assert.That(ended.BackendHandle, Is.EqualTo(first.BackendHandle));
        Assert.That(await Broker.TryBeginAsync(task, draft), Is.EqualTo(new BeginOutcome.Replay(second.Id, SameRequest: true)));
        Assert.That((await Broker.Backlog.ReadDueAsync(draft.Backend, 10, None)).Select(entry => entry.LeaseId), Is.EqualTo(new[] { first.Id }));
    }

    [Test]
    public async Task Settle_SupersededLease_StillTellsByWhich()
    {
        var task = await Broker.OpenAsync();
        var draft = Keyed;
        var first = await Broker.IssueAsync(task, draft);
        var second = await SupersedeAsync(task, draft, first);

        var settled = await Broker.SettleAsync(await Broker.ClaimAsync(first, RevocationPriority.TaskEnd), SettlementOutcome.Revoked);

        Assert.That((settled?.State, settled?.SupersededBy), Is.EqualTo((LeaseState.Revoked, (LeaseId?)second.Id)));
    }

    [Test]
    public async Task Begin_SupersedingWhereTheQuotaIsFull_RefusedAndTheFirstLivesOn()
    {
        var task = await Broker.OpenAsync();
        var draft = Keyed with { PerTask = 1 };
        var first = await Broker.IssueAsync(task, draft);

        AssertRefused(await TrySupersedeAsync(task, draft, first), ErrorReason.QuotaExceeded);

        Assert.That((await Broker.ReadAsync(first)).State, Is.EqualTo(LeaseState.Active));
        Assert.That(await TrySupersedeAsync(task, draft with { PerTask = 2 }, first), Is.TypeOf<BeginOutcome.Begun>());
    }

    [Test]
    public async Task Begin_SupersedingALeaseThatHasEnded_IsAReplay()
    {
        var task = await Broker.OpenAsync();
        var draft = Keyed;
        var first = await Broker.IssueAsync(task, draft);
        await Broker.RevokeAsync(first);

        Assert.That(await TrySupersedeAsync(task, draft, first), Is.EqualTo(new BeginOutcome.Replay(first.Id, SameRequest: true)));
    }

    [Test]
    public async Task Begin_SupersedingALeaseStillBeingMade_IsAReplay()
    {
        var task = await Broker.OpenAsync();
        var draft = Keyed;
        var first = await Broker.BeginAsync(task, draft);

        Assert.That(await TrySupersedeAsync(task, draft, first), Is.EqualTo(new BeginOutcome.Replay(first.Id, SameRequest: true)));
    }

    [Test]
    public async Task Begin_SupersedingAnAbandonedLease_TakesItsKeyAndLeavesItsEnd()
    {
        var task = await Broker.OpenAsync();
        var draft = Keyed;
        var first = await Broker.RevokeAsync(await Broker.BeginAsync(task, draft), EndReason.Abandoned, RevocationPriority.Orphan);

        var second = await SupersedeAsync(task, draft, first);

        Assert.That((await Broker.ReadAsync(first)).EndReason, Is.EqualTo(EndReason.Abandoned));
        Assert.That(await Broker.TryBeginAsync(task, draft), Is.EqualTo(new BeginOutcome.Replay(second.Id, SameRequest: true)));
    }

    [Test]
    public async Task Begin_SupersedingALeaseOfAnotherKey_IsAReplay()
    {
        var task = await Broker.OpenAsync();
        var (draft, other) = (Keyed, Keyed);
        var first = await Broker.IssueAsync(task, draft);
        var foreign = await Broker.IssueAsync(task, other);

        Assert.That(await TrySupersedeAsync(task, draft, foreign), Is.EqualTo(new BeginOutcome.Replay(first.Id, SameRequest: true)));
        Assert.That((await Broker.ReadAsync(foreign)).State, Is.EqualTo(LeaseState.Active));
    }

    [Test]
    public async Task Begin_SupersedingManyTimesAtOnce_OneTakesThePlace()
    {
        var task = await Broker.OpenAsync();
        var draft = Keyed;
        var first = await Broker.IssueAsync(task, draft);

        var outcomes = await Task.WhenAll(Enumerable.Range(0, 16).Select(_ => TrySupersedeAsync(task, draft, first)));

        var begun = outcomes.OfType<BeginOutcome.Begun>().Single();
        Assert.That((await Broker.ReadAsync(first)).SupersededBy, Is.EqualTo(begun.Lease.Id));
        Assert.That(outcomes.OfType<BeginOutcome.Replay>().Select(replay => replay.LeaseId), Is.All.EqualTo(begun.Lease.Id));
    }

    private async Task<Lease> SupersedeAsync(HeldTask task, LeaseDraft draft, Lease earlier) =>
        await TrySupersedeAsync(task, draft, earlier) is BeginOutcome.Begun(var lease) ? lease : throw new AssertionException("Nothing was begun.");

    private async Task<BeginOutcome> TrySupersedeAsync(HeldTask task, LeaseDraft draft, Lease earlier) =>
        await Broker.Leases.BeginAsync(await Broker.IntendAsync(task, draft) with { Supersedes = earlier }, None);
}
