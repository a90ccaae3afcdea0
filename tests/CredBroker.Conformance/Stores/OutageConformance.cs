using CredBroker.Leases;
using CredBroker.Tasks;

namespace CredBroker.Conformance.Stores;

/// <summary>What a store had acknowledged is there after it was away, and a broker goes on without a restart of its own.</summary>
public abstract class OutageConformance(IStoreForm form) : StoreConformance(form)
{
    [Test]
    public async Task Restart_EverythingAcknowledged_IsThere()
    {
        if (!Store.Mishaps.CanRestart) Assert.Ignore("This form of the store is not the tests' to restart.");
        var task = await Broker.OpenAsync();
        var token = await Broker.IssueAsync(task);
        var secret = await Broker.RevokeAsync(await Broker.IssueAsync(task, LeaseDraft.Secret));
        var dead = await Broker.RevokeAsync(await Broker.IssueAsync(task));

        await Store.Mishaps.RestartAsync();

        await using var broker = await Store.ConnectAsync();
        await UntilAsync(() => AnswersAsync(broker), "the store answers");
        Assert.That(Text(await broker.ReadAsync(task)), Is.EqualTo(Text(task.Task)));
        Assert.That(Text(await broker.ReadAsync(token)), Is.EqualTo(Text(token)));
        Assert.That(Text(await broker.ReadAsync(dead)), Is.EqualTo(Text(dead)));
        Assert.That((await broker.ReadLogAsync()).Events.Select(told => told.LeaseId), Has.Member(dead.Id));
        Assert.That(await broker.TryClaimAsync(secret), Is.Not.Null);
        Assert.That(await broker.TryBeginAsync(task), Is.TypeOf<BeginOutcome.Begun>());
    }

    [Test]
    public async Task Restart_ConnectedBroker_GoesOn()
    {
        if (!Store.Mishaps.CanRestart) Assert.Ignore("This form of the store is not the tests' to restart.");
        await using var broker = await Store.ConnectAsync();
        var task = await broker.OpenAsync();

        await Store.Mishaps.RestartAsync();

        await UntilAsync(() => AnswersAsync(broker), "the store answers");
        Assert.That(await broker.TryBeginAsync(task), Is.TypeOf<BeginOutcome.Begun>());
        await UntilAsync(() => AnswersAsync(Broker), "the store answers");
    }

    [Test]
    public async Task ForgetScripts_Broker_GoesOn()
    {
        var task = await Broker.OpenAsync();
        var lease = await Broker.IssueAsync(task);
        await Store.Mishaps.ForgetScriptsAsync();

        Assert.That(await Broker.TryBeginAsync(task), Is.TypeOf<BeginOutcome.Begun>());
        Assert.That(await Broker.TryRevokeAsync([lease]), Has.Count.EqualTo(1));
        Assert.That(await Broker.SealAsync(task), Is.EqualTo(SealOutcome.Sealed));
    }

    [Test]
    public void Call_Cancelled_IsNotMade()
    {
        using var cancelled = new CancellationTokenSource();
        cancelled.Cancel();

        Assert.That(
            async () => await Broker.Tasks.FindAsync(TaskId.New(1, TimeProvider.System.GetUtcNow()), cancelled.Token),
            Throws.InstanceOf<OperationCanceledException>());
    }

    private static async Task<bool> AnswersAsync(BrokerOnStore broker)
    {
        try
        {
            await broker.ReadLogAsync();
            return true;
        }
        catch (RefusedException refusal)
        {
            Assert.That(refusal.Reason, Is.EqualTo(ErrorReason.StoreUnavailable));
            return false;
        }
    }
}
