using CredBroker.Leases;
using CredBroker.Tasks;

namespace CredBroker.Conformance.Stores;

/// <summary>Sealing is the end of a task's right to issue; finishing lets its record fade.</summary>
public abstract class SealingConformance(IStoreForm form) : StoreConformance(form)
{
    [Test]
    public async Task Seal_OpenTask_NothingIsIssuedUnderItAnyMore()
    {
        var task = await Broker.OpenAsync();
        var lease = await Broker.IssueAsync(task);

        var outcome = await Broker.Tasks.SealAsync(new SealRequest(task.Id, EndReason.TaskEnded) { Outcome = "done: \"7\" orders" }, None);

        Assert.That(outcome, Is.EqualTo(SealOutcome.Sealed));
        var stored = await Broker.ReadAsync(task);
        Assert.That(stored.State, Is.EqualTo(TaskState.Sealed));
        Assert.That(stored.EndReason, Is.EqualTo(EndReason.TaskEnded));
        Assert.That(stored.Outcome, Is.EqualTo("done: \"7\" orders"));
        Assert.That(stored.EndedAt, Is.InRange(task.Task.OpenedAt, await Store.ReadTimeAsync()));
        AssertRefused(await Broker.TryBeginAsync(task), ErrorReason.TaskEnded);
        AssertRefused(await Broker.TryRenewAsync(task, lease, TimeSpan.FromMinutes(9)), ErrorReason.TaskEnded);
    }

    [Test]
    public async Task Seal_Again_ChangesNothing()
    {
        var task = await Broker.OpenAsync();
        await Broker.SealAsync(task);
        var first = await Broker.ReadAsync(task);

        Assert.That(await Broker.SealAsync(task, EndReason.Operator), Is.EqualTo(SealOutcome.WasSealed));
        Assert.That(Text(await Broker.ReadAsync(task)), Is.EqualTo(Text(first)));
    }

    [Test]
    public async Task Seal_Finished_WasEnded()
    {
        var task = await Broker.OpenAsync();
        await Broker.SealAsync(task);
        await Broker.FinishAsync(task);

        Assert.That(await Broker.SealAsync(task), Is.EqualTo(SealOutcome.WasEnded));
        Assert.That((await Broker.ReadAsync(task)).State, Is.EqualTo(TaskState.Ended));
    }

    [Test]
    public async Task Seal_ForeignToken_NotFoundAndStillOpen()
    {
        var task = await Broker.OpenAsync();

        var outcome = await Broker.Tasks.SealAsync(new SealRequest(task.Id, EndReason.TaskEnded) { TokenHash = new string('f', 64) }, None);

        Assert.That(outcome, Is.EqualTo(SealOutcome.NotFound));
        Assert.That(await Broker.TryBeginAsync(task), Is.TypeOf<BeginOutcome.Begun>());
    }

    [Test]
    public async Task Seal_OwnToken_Sealed()
    {
        var task = await Broker.OpenAsync();

        var outcome = await Broker.Tasks.SealAsync(new SealRequest(task.Id, EndReason.TaskEnded) { TokenHash = task.Token.SecretHash }, None);

        Assert.That(outcome, Is.EqualTo(SealOutcome.Sealed));
    }

    [Test]
    public async Task Seal_UnknownTask_NotFoundAndNothingIsStored()
    {
        var unknown = new TaskDraft().Build(TimeProvider.System.GetUtcNow());

        Assert.That(await Broker.SealAsync(unknown), Is.EqualTo(SealOutcome.NotFound));
        Assert.That(await Broker.Tasks.FindAsync(unknown.Id, None), Is.Null);
    }

    [Test]
    public async Task SealIfDue_NothingHasPassed_NotDue()
    {
        var task = await Broker.OpenAsync();

        Assert.That(await Broker.SealIfDueAsync(task), Is.EqualTo(SealOutcome.NotDue));
        Assert.That((await Broker.ReadAsync(task)).State, Is.EqualTo(TaskState.Open));
    }

    [Test]
    public async Task SealIfDue_HeartbeatMissed_SaysSo()
    {
        var task = await Broker.OpenAsync(new TaskDraft { HeartbeatInterval = TimeSpan.FromMilliseconds(40) });
        await PassAsync(task.Task.HeartbeatDeadline);

        Assert.That(await Broker.SealIfDueAsync(task), Is.EqualTo(SealOutcome.Sealed));
        Assert.That((await Broker.ReadAsync(task)).EndReason, Is.EqualTo(EndReason.HeartbeatLost));
    }

    [Test]
    public async Task SealIfDue_DeadlinePassed_Expired()
    {
        var task = await Broker.OpenAsync(new TaskDraft { MaxDuration = TimeSpan.FromMilliseconds(40) });
        await PassAsync(task.Task.Deadline);

        Assert.That(await Broker.SealIfDueAsync(task), Is.EqualTo(SealOutcome.Sealed));
        Assert.That((await Broker.ReadAsync(task)).EndReason, Is.EqualTo(EndReason.Expired));
    }

    [TestCase(1)]
    [TestCase(-1)]
    public async Task Seal_ClocksAnHourApart_OnlyWhatWasAskedFor(int hours)
    {
        var task = await Broker.OpenAsync(new TaskDraft { HeartbeatInterval = TimeSpan.FromMilliseconds(40) });
        await PassAsync(task.Task.HeartbeatDeadline);
        Broker.Clock.Offset = TimeSpan.FromHours(hours);

        Assert.That(await Broker.SealIfDueAsync(task), Is.EqualTo(SealOutcome.NotDue));
        Assert.That(await Broker.SealAsync(task), Is.EqualTo(SealOutcome.Sealed));
    }

    [Test]
    public async Task Seal_AndThenNobodyGoesOn_DueAgain()
    {
        var task = await Broker.OpenAsync();
        await Broker.Tasks.SealAsync(new SealRequest(task.Id, EndReason.TaskEnded) { ResumeAfter = TimeSpan.FromMilliseconds(30) }, None);

        await UntilAsync(async () => (await Broker.ReadDueAsync(task)).Contains(task.Id.Value), "the sealed task is due");
    }

    [Test]
    public async Task Seal_Twice_ResumesLater()
    {
        var task = await Broker.OpenAsync();
        await Broker.Tasks.SealAsync(new SealRequest(task.Id, EndReason.TaskEnded) { ResumeAfter = TimeSpan.Zero }, None);
        await UntilAsync(async () => (await Broker.ReadDueAsync(task)).Contains(task.Id.Value), "the sealed task is due");

        await Broker.SealIfDueAsync(task);

        Assert.That(await Broker.ReadDueAsync(task), Does.Not.Contain(task.Id.Value));
    }

    [Test]
    public async Task Finish_OpenTask_ChangesNothing()
    {
        var task = await Broker.OpenAsync();

        await Broker.FinishAsync(task);

        Assert.That(Text(await Broker.ReadAsync(task)), Is.EqualTo(Text(task.Task)));
    }

    [Test]
    public async Task Finish_SealedTask_FadesAndIsNeverDue()
    {
        var task = await Broker.OpenAsync(new TaskDraft { TaskRef = "run/fading" });
        await Broker.OpenAsync(new TaskDraft { Parent = task });
        await Broker.IssueAsync(task);
        await Broker.Tasks.SealAsync(new SealRequest(task.Id, EndReason.TaskEnded) { ResumeAfter = TimeSpan.Zero }, None);

        await Broker.Tasks.FinishAsync(task.Task, TimeSpan.FromMilliseconds(50), None);

        await UntilAsync(async () => await Broker.Tasks.FindAsync(task.Id, None) is null, "the task is forgotten");
        Assert.That(await Broker.ReadDueAsync(task), Does.Not.Contain(task.Id.Value));
        await UntilAsync(async () => (await Broker.Tasks.ListChildrenAsync(task.Id, None)).Count == 0, "its children are forgotten");
        await UntilAsync(async () => (await Broker.Leases.ListAsync(task.Id, 0, 10, None)).Leases.Count == 0, "its leases are no longer listed");
        Assert.That(await Broker.OpenAsync(new TaskDraft { TaskRef = "run/fading", Subject = task.Task.Subject }), Is.Not.Null);
    }

    [Test]
    public async Task Finish_KeepsItsLeasesListed_ForAsLongAsItIsRemembered()
    {
        var task = await Broker.OpenAsync();
        var lease = await Broker.IssueAsync(task);
        await Broker.SealAsync(task);
        await Broker.RevokeAsync(lease);

        await Broker.FinishAsync(task);

        Assert.That((await Broker.Leases.ListAsync(task.Id, 0, 10, None)).Leases.Single().State, Is.EqualTo(LeaseState.Revoked));
    }
}
