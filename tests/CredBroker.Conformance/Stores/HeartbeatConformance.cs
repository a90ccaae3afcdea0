using CredBroker.Tasks;

namespace CredBroker.Conformance.Stores;

/// <summary>A heartbeat keeps an open task alive until its deadline, and with fresh evidence also its right to issue.</summary>
public abstract class HeartbeatConformance(IStoreForm form) : StoreConformance(form)
{
    [Test]
    public async Task Heartbeat_OpenTask_MovesItsDeadlineAndNotItsAttestation()
    {
        var task = await Broker.OpenAsync();
        await PassAsync(task.Task.OpenedAt.AddMilliseconds(5));

        var outcome = await Broker.Tasks.HeartbeatAsync(task.Token, reattested: null, None) as HeartbeatOutcome.Extended;

        Assert.That(outcome?.HeartbeatDeadline, Is.GreaterThan(task.Task.HeartbeatDeadline));
        Assert.That(outcome?.AttestedUntil, Is.EqualTo(task.Task.AttestedUntil));
        var stored = await Broker.ReadAsync(task);
        Assert.That(stored.HeartbeatDeadline, Is.EqualTo(outcome!.HeartbeatDeadline));
        Assert.That(stored.Deadline, Is.EqualTo(task.Task.Deadline));
    }

    [Test]
    public async Task Heartbeat_WithFreshEvidence_MovesItsAttestation()
    {
        var task = await Broker.OpenAsync();
        await PassAsync(task.Task.OpenedAt.AddMilliseconds(5));

        var outcome = await Broker.Tasks.HeartbeatAsync(task.Token, reattested: task.Token, None) as HeartbeatOutcome.Extended;

        Assert.That(outcome?.AttestedUntil, Is.GreaterThan(task.Task.AttestedUntil));
        Assert.That((await Broker.ReadAsync(task)).AttestedUntil, Is.EqualTo(outcome!.AttestedUntil));
    }

    [Test]
    public async Task Heartbeat_NearTheDeadline_NotPastIt()
    {
        var task = await Broker.OpenAsync(new TaskDraft { MaxDuration = TimeSpan.FromMinutes(1), HeartbeatInterval = TimeSpan.FromSeconds(59) });
        await PassAsync(task.Task.OpenedAt.AddSeconds(1.1));

        var outcome = await Broker.Tasks.HeartbeatAsync(task.Token, reattested: null, None) as HeartbeatOutcome.Extended;

        Assert.That(outcome?.HeartbeatDeadline, Is.EqualTo(task.Task.Deadline));
    }

    [Test]
    public async Task Heartbeat_InTime_TheTaskIsNotDue()
    {
        var task = await Broker.OpenAsync(new TaskDraft { HeartbeatInterval = TimeSpan.FromSeconds(3) });
        await PassAsync(task.Task.OpenedAt.AddSeconds(1));
        await Broker.Tasks.HeartbeatAsync(task.Token, reattested: null, None);
        await PassAsync(task.Task.HeartbeatDeadline);

        Assert.That(await Broker.ReadDueAsync(task), Does.Not.Contain(task.Id.Value));
        Assert.That(await Broker.SealIfDueAsync(task), Is.EqualTo(SealOutcome.NotDue));
    }

    [Test]
    public async Task Heartbeat_ForeignToken_Refused()
    {
        var task = await Broker.OpenAsync();
        var other = TaskToken.New(task.Id);

        Assert.That(await Broker.Tasks.HeartbeatAsync(other, reattested: other, None), Is.TypeOf<HeartbeatOutcome.NotTheTasks>());
        Assert.That(Text(await Broker.ReadAsync(task)), Is.EqualTo(Text(task.Task)));
    }

    [Test]
    public async Task Heartbeat_UnknownTask_RefusedAndNothingIsStored()
    {
        var unknown = new TaskDraft().Build(TimeProvider.System.GetUtcNow());

        Assert.That(await Broker.Tasks.HeartbeatAsync(unknown.Token, reattested: null, None), Is.TypeOf<HeartbeatOutcome.NotTheTasks>());
        Assert.That(await Broker.Tasks.FindAsync(unknown.Id, None), Is.Null);
    }

    [Test]
    public async Task Heartbeat_ReattestedWithAKey_BindsTheTokenToIt()
    {
        var task = await Broker.OpenAsync();
        var key = new ProofKey(ProofKind.Dpop, "NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs");
        var bound = task.Token.BoundTo(key);

        Assert.That(await Broker.Tasks.HeartbeatAsync(task.Token, bound, None), Is.TypeOf<HeartbeatOutcome.Extended>());

        Assert.That((await Broker.ReadAsync(task)).Key, Is.EqualTo(key));
        Assert.That(await Broker.Tasks.HeartbeatAsync(task.Token, reattested: null, None), Is.TypeOf<HeartbeatOutcome.NotTheTasks>());
        Assert.That(await Broker.Tasks.HeartbeatAsync(bound, reattested: null, None), Is.TypeOf<HeartbeatOutcome.Extended>());
    }

    [Test]
    public async Task Heartbeat_TwoReattestWithTheSameKeyAtOnce_BothSucceed()
    {
        var task = await Broker.OpenAsync();
        var bound = task.Token.BoundTo(new ProofKey(ProofKind.Dpop, "NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs"));
        var another = task.Token.BoundTo(new ProofKey(ProofKind.Dpop, "0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I"));

        // Both have read the task before either has bound it.
        Assert.That(await Broker.Tasks.HeartbeatAsync(task.Token, bound, None), Is.TypeOf<HeartbeatOutcome.Extended>());
        Assert.That(await Broker.Tasks.HeartbeatAsync(task.Token, bound, None), Is.TypeOf<HeartbeatOutcome.Extended>());
        Assert.That(await Broker.Tasks.HeartbeatAsync(task.Token, another, None), Is.TypeOf<HeartbeatOutcome.NotTheTasks>());
    }

    [TestCase("sealed")]
    [TestCase("ended")]
    [TestCase("past its deadline")]
    public async Task Heartbeat_TaskIsOver_SaysSo(string why)
    {
        var task = await Broker.OpenAsync(new TaskDraft { MaxDuration = why == "past its deadline" ? TimeSpan.FromMilliseconds(40) : TimeSpan.FromHours(1) });
        if (why is "sealed" or "ended") await Broker.SealAsync(task);
        if (why == "ended") await Broker.FinishAsync(task);
        if (why == "past its deadline") await PassAsync(task.Task.Deadline);

        Assert.That(await Broker.Tasks.HeartbeatAsync(task.Token, reattested: task.Token, None), Is.TypeOf<HeartbeatOutcome.Over>());
        Assert.That((await Broker.ReadAsync(task)).AttestedUntil, Is.EqualTo(task.Task.AttestedUntil));
    }
}
