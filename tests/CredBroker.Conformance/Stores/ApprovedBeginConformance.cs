using CredBroker.Approvals;
using CredBroker.Leases;

namespace CredBroker.Conformance.Stores;

/// <summary>What people agree to is used once, for the very thing that they were asked, in one step with the lease.</summary>
public abstract class ApprovedBeginConformance(IStoreForm form) : StoreConformance(form)
{
    [Test]
    public async Task Begin_NotYetApproved_Waits()
    {
        var task = await Broker.OpenAsync();
        var request = await Broker.AskAsync(task);

        Assert.That(await Broker.TryBeginAsync(task, LeaseDraft.Token.For(request)), Is.TypeOf<BeginOutcome.AwaitsApproval>());
        Assert.That((await Broker.Leases.ListAsync(task.Id, 0, 10, None)).Leases, Is.Empty);
    }

    [Test]
    public async Task Begin_Denied_Refused()
    {
        var task = await Broker.OpenAsync();
        var request = await Broker.AskAsync(task);
        await Broker.TryVoteAsync(request, ApprovalState.Denied);

        AssertRefused(await Broker.TryBeginAsync(task, LeaseDraft.Token.For(request)), ErrorReason.ApprovalDenied);
    }

    [Test]
    public async Task Begin_AnotherActionOrNoneOfTheTask_Refused()
    {
        var task = await Broker.OpenAsync();
        var request = await Broker.ApproveAsync(await Broker.AskAsync(task));
        var other = new ApprovalDraft { Justification = "something else" }.Build(task, TimeProvider.System.GetUtcNow());

        AssertRefused(await Broker.TryBeginAsync(task, LeaseDraft.Token.For(request) with { ApprovedAction = other.Action.Digest }), ErrorReason.PolicyDenied);
        AssertRefused(await Broker.TryBeginAsync(task, LeaseDraft.Token.For(other)), ErrorReason.PolicyDenied);
        Assert.That((await Broker.ReadAsync(request)).State, Is.EqualTo(ApprovalState.Approved));
    }

    [Test]
    public async Task Begin_Approved_UsesItWithTheLease()
    {
        var task = await Broker.OpenAsync();
        var request = await Broker.ApproveAsync(await Broker.AskAsync(task));

        var lease = await Broker.BeginAsync(task, LeaseDraft.Token.For(request));

        var used = await Broker.ReadAsync(request);
        Assert.That((used.State, used.UsedFor, used.Used?.Generation), Is.EqualTo((ApprovalState.Used, (LeaseId?)lease.Id, 3L)));
        Assert.That((await Broker.ReadAsync(lease)).Terms.ApprovalId, Is.EqualTo(request.Id));
        Assert.That(await Broker.TryAskAsync(task), Is.TypeOf<AskOutcome.Asked>(), "for the same again people are asked again");
    }

    [Test]
    public async Task Begin_SameApprovalManyTimesAtOnce_OneLease()
    {
        var task = await Broker.OpenAsync();
        var request = await Broker.ApproveAsync(await Broker.AskAsync(task));

        var outcomes = await Task.WhenAll(Enumerable.Range(0, 24).Select(_ => Broker.TryBeginAsync(task, LeaseDraft.Token.For(request))));

        Assert.That(outcomes.OfType<BeginOutcome.Begun>().ToList(), Has.Count.EqualTo(1));
        Assert.That(outcomes.Count(outcome => outcome.Equals(new BeginOutcome.Refused(ErrorReason.ApprovalLapsed))), Is.EqualTo(23));
        Assert.That((await Broker.Leases.ListAsync(task.Id, 0, 50, None)).Leases, Has.Count.EqualTo(1));
    }

    [Test]
    public async Task Begin_RetryUnderItsKey_TheReplayComesFirst()
    {
        var task = await Broker.OpenAsync();
        var request = await Broker.ApproveAsync(await Broker.AskAsync(task));
        var draft = LeaseDraft.Token.For(request) with { IdempotencyKey = "key-1" };
        var lease = await Broker.BeginAsync(task, draft);

        Assert.That(await Broker.TryBeginAsync(task, draft), Is.EqualTo(new BeginOutcome.Replay(lease.Id, SameRequest: true)));
        AssertRefused(await Broker.TryBeginAsync(task, draft with { IdempotencyKey = "key-2" }), ErrorReason.ApprovalLapsed);
    }

    [Test]
    public async Task Begin_RetryThatSupersedes_NeedsNoSecondApprovalAndLeavesOneLease()
    {
        var task = await Broker.OpenAsync();
        var request = await Broker.ApproveAsync(await Broker.AskAsync(task));
        var draft = LeaseDraft.Secret.For(request) with { IdempotencyKey = "key-1" };
        var first = await Broker.IssueAsync(task, draft);

        var retry = await Broker.IntendAsync(task, draft) with { Supersedes = first };
        var outcome = await Broker.Leases.BeginAsync(retry, None);

        Assert.That(outcome, Is.TypeOf<BeginOutcome.Begun>());
        Assert.That((await Broker.ReadAsync(first)).State, Is.EqualTo(LeaseState.Revoking));
        Assert.That((await Broker.ReadAsync(request)).UsedFor, Is.EqualTo(retry.Id));
        AssertRefused(await Broker.Leases.BeginAsync(await Broker.IntendAsync(task, draft with { IdempotencyKey = "key-2" }), None), ErrorReason.ApprovalLapsed);
    }

    [Test]
    public async Task Begin_RefusedByTheQuota_DoesNotUseTheApproval()
    {
        var task = await Broker.OpenAsync();
        await Broker.BeginAsync(task, LeaseDraft.Token with { PerTask = 1 });
        var request = await Broker.ApproveAsync(await Broker.AskAsync(task));

        AssertRefused(await Broker.TryBeginAsync(task, LeaseDraft.Token.For(request) with { PerTask = 1 }), ErrorReason.QuotaExceeded);

        Assert.That((await Broker.ReadAsync(request)).State, Is.EqualTo(ApprovalState.Approved));
    }

    [Test]
    public async Task Use_ManyTimesAtOnce_Once()
    {
        var task = await Broker.OpenAsync();
        var request = await Broker.ApproveAsync(await Broker.AskAsync(task));

        var faults = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => Broker.Approvals.UseAsync(request, task.Token.SecretHash, None)));

        Assert.That(faults.Count(fault => fault is null), Is.EqualTo(1));
        Assert.That(faults.Count(fault => fault == UseFault.Lapsed), Is.EqualTo(19));
    }

    [Test]
    public async Task Use_AnotherTokenOrASealedTask_Refused()
    {
        var task = await Broker.OpenAsync();
        var request = await Broker.ApproveAsync(await Broker.AskAsync(task));

        Assert.That(await Broker.Approvals.UseAsync(request, (await Broker.OpenAsync()).Token.SecretHash, None), Is.EqualTo(UseFault.NotTheTasks));
        await Broker.SealAsync(task);
        Assert.That(await Broker.Approvals.UseAsync(request, task.Token.SecretHash, None), Is.EqualTo(UseFault.TaskEnded));
    }
}
