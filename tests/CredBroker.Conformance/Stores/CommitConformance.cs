using CredBroker.Leases;

namespace CredBroker.Conformance.Stores;

/// <summary>
/// A credential leaves the broker only after its commit, and whatever was made is known to whoever has to undo it, also where
/// the end of the lease came first.
/// </summary>
public abstract class CommitConformance(IStoreForm form) : StoreConformance(form)
{
    [Test]
    public async Task Commit_Intent_Active()
    {
        var task = await Broker.OpenAsync();
        var lease = await Broker.BeginAsync(task, LeaseDraft.Secret);
        Assert.That(await Broker.Leases.RecordHandleAsync(lease, "child-token", None), Is.True);

        var outcome = await Broker.TryCommitAsync(lease, "accessor-9") as CommitOutcome.Committed;

        Assert.That(outcome?.Lease.State, Is.EqualTo(LeaseState.Active));
        Assert.That(outcome?.Lease.Generation, Is.EqualTo(lease.Generation + 1));
        Assert.That(outcome?.Lease.BackendHandle, Is.EqualTo("accessor-9"));
        Assert.That(outcome?.Lease.ExpiresAt, Is.EqualTo(lease.ExpiresAt));
        Assert.That(Text(await Broker.ReadAsync(lease)), Is.EqualTo(Text(outcome!.Lease)));
    }

    [Test]
    public async Task RecordHandle_Intent_IsKnownToWhoeverReapsIt()
    {
        var task = await Broker.OpenAsync();
        var lease = await Broker.BeginAsync(task, LeaseDraft.Secret);
        const string Handle = "ünï\"\\ \u0001 handle";

        await Broker.Leases.RecordHandleAsync(lease, Handle, None);
        await Broker.Leases.RecordHandleAsync(lease, Handle, None);

        Assert.That((await Broker.ReadAsync(lease)).BackendHandle, Is.EqualTo(Handle));
        Assert.That((await Broker.RevokeAsync(lease)).BackendHandle, Is.EqualTo(Handle));
    }

    [Test]
    public async Task Commit_BackendGrantedLess_EndsEarlier()
    {
        var task = await Broker.OpenAsync();
        var lease = await Broker.BeginAsync(task, LeaseDraft.Secret);
        var before = await Store.ReadTimeAsync();

        var committed = (CommitOutcome.Committed)await Broker.TryCommitAsync(lease, ttl: TimeSpan.FromMinutes(2));

        Assert.That(committed.Lease.ExpiresAt, Is.InRange(before.AddMinutes(2).AddMilliseconds(-1), (await Store.ReadTimeAsync()).AddMinutes(2)));
    }

    [Test]
    public async Task Commit_BackendGrantedMore_EndsAsAgreed()
    {
        var task = await Broker.OpenAsync();
        var lease = await Broker.BeginAsync(task, LeaseDraft.Secret);

        var committed = (CommitOutcome.Committed)await Broker.TryCommitAsync(lease, ttl: TimeSpan.FromHours(8));

        Assert.That(committed.Lease.ExpiresAt, Is.EqualTo(lease.ExpiresAt));
    }

    [TestCase("sealed")]
    [TestCase("past its deadline")]
    public async Task Commit_TaskIsOver_Refused(string why)
    {
        var task = await Broker.OpenAsync(new TaskDraft { MaxDuration = why == "sealed" ? TimeSpan.FromHours(1) : TimeSpan.FromMilliseconds(300) });
        var lease = await Broker.BeginAsync(task, LeaseDraft.Secret);
        if (why == "sealed") await Broker.SealAsync(task);
        else await PassAsync(task.Task.Deadline);

        Assert.That(await Broker.TryCommitAsync(lease), Is.TypeOf<CommitOutcome.TaskEnded>());
        Assert.That((await Broker.ReadAsync(lease)).State, Is.EqualTo(LeaseState.Intent));
    }

    [Test]
    public async Task Commit_PastTheLeasesEnd_Refused()
    {
        var task = await Broker.OpenAsync();
        var lease = await Broker.BeginAsync(task, LeaseDraft.Secret with { Ttl = TimeSpan.FromMilliseconds(40) });
        await PassAsync(lease.ExpiresAt);

        Assert.That(await Broker.TryCommitAsync(lease), Is.TypeOf<CommitOutcome.TaskEnded>());
    }

    [Test]
    public async Task Commit_OtherFencesThanWereEvaluated_Refused()
    {
        var task = await Broker.OpenAsync();
        var lease = await Broker.BeginAsync(task, LeaseDraft.Secret);
        var epoch = await Broker.ReadEpochAsync(task.Bucket);

        Assert.That(await Broker.TryCommitAsync(lease, epoch: epoch + 1), Is.EqualTo(new CommitOutcome.StaleFences(epoch)));
        Assert.That(await Broker.TryCommitAsync(lease, epoch: epoch), Is.TypeOf<CommitOutcome.Committed>());
    }

    [TestCase(1)]
    [TestCase(-1)]
    public async Task Commit_ClocksAnHourApart_Refused(int hours)
    {
        var task = await Broker.OpenAsync();
        var lease = await Broker.BeginAsync(task, LeaseDraft.Secret);
        Broker.Clock.Offset = TimeSpan.FromHours(hours);

        Assert.That(await Broker.TryCommitAsync(lease), Is.TypeOf<CommitOutcome.ClockFault>());
    }

    [Test]
    public async Task Commit_Twice_OnlyTheFirst()
    {
        var task = await Broker.OpenAsync();
        var lease = await Broker.BeginAsync(task, LeaseDraft.Secret);
        await Broker.TryCommitAsync(lease, "accessor-1");

        Assert.That(await Broker.TryCommitAsync(lease, "accessor-2"), Is.TypeOf<CommitOutcome.Ended>());
        Assert.That((await Broker.ReadAsync(lease)).BackendHandle, Is.EqualTo("accessor-1"));
    }

    [Test]
    public async Task Revoke_Intent_NotAskedOfTheBackendWhileItMayStillBeMaking()
    {
        var task = await Broker.OpenAsync();
        var lease = await Broker.BeginAsync(task, LeaseDraft.Secret with { Backend = "vault:slow" });

        await Broker.RevokeAsync(lease, EndReason.TaskEnded, RevocationPriority.TaskEnd);

        Assert.That(await Broker.Backlog.ReadDueAsync("vault:slow", 10, None), Is.Empty);
        await UntilAsync(async () => (await Broker.Backlog.ReadDueAsync("vault:slow", 10, None)).Count == 1, "the backend is asked");
        Assert.That(await Store.ReadTimeAsync(), Is.GreaterThan(lease.IssuedAt + Store.Rules.IntentLife));
    }

    [Test]
    public async Task RecordHandle_SomeTimeAfterTheRecord_MakingItHasTheWholeTimeFromThen()
    {
        var task = await Broker.OpenAsync();
        var lease = await Broker.BeginAsync(task, LeaseDraft.Secret with { Backend = "vault:made" });
        var late = lease.IssuedAt + (Store.Rules.IntentLife / 2);
        await PassAsync(late);
        await Broker.Leases.RecordHandleAsync(lease, "child-token", None);

        await Broker.RevokeAsync(lease, EndReason.Abandoned, RevocationPriority.Orphan);

        await UntilAsync(async () => (await Broker.Backlog.ReadDueAsync("vault:made", 10, None)).Count == 1, "the backend is asked");
        Assert.That(await Store.ReadTimeAsync(), Is.GreaterThan(late + Store.Rules.IntentLife));
    }

    [Test]
    public async Task RecordHandle_EndCameFirst_RefusedAndKnown()
    {
        var task = await Broker.OpenAsync();
        var lease = await Broker.BeginAsync(task, LeaseDraft.Secret);
        await Broker.RevokeAsync(lease);

        Assert.That(await Broker.Leases.RecordHandleAsync(lease, "child-token", None), Is.False);
        Assert.That((await Broker.ReadAsync(lease)).BackendHandle, Is.EqualTo("child-token"));
        Assert.That((await Broker.ReadAsync(lease)).State, Is.EqualTo(LeaseState.Revoking));
    }

    [Test]
    public async Task Commit_EndCameFirst_RefusedAndRevokedAtOnce()
    {
        var task = await Broker.OpenAsync();
        var lease = await Broker.BeginAsync(task, LeaseDraft.Secret with { Backend = "vault:late" });
        var ended = (await Broker.RevokeAsync(lease, EndReason.TaskEnded, RevocationPriority.TaskEnd)).EndedAt;

        Assert.That(await Broker.TryCommitAsync(lease, "accessor-3"), Is.TypeOf<CommitOutcome.Ended>());
        Assert.That((await Broker.ReadAsync(lease)).EndedAt, Is.Not.Null.And.EqualTo(ended), "what becomes known later takes nothing away");

        Assert.That(await Broker.Backlog.ReadDueAsync("vault:late", 10, None), Is.EqualTo(new[] { new QueuedRevocation(lease.Id, RevocationPriority.TaskEnd) }));
        Assert.That((await Broker.ClaimAsync(lease, RevocationPriority.TaskEnd)).Lease.BackendHandle, Is.EqualTo("accessor-3"));
    }

    [TestCase(false)]
    [TestCase(true)]
    public async Task Settle_HandleBecameKnownAfterTheClaim_RefusedAndRevokedWithTheHandle(bool committed)
    {
        var task = await Broker.OpenAsync();
        var lease = await Broker.BeginAsync(task, LeaseDraft.Secret);
        await Broker.RevokeAsync(lease);
        await PassAsync(lease.IssuedAt + Store.Rules.IntentLife);
        var blind = await Broker.ClaimAsync(lease);

        // The backend had nothing to undo when the worker asked; now it has.
        if (committed) await Broker.TryCommitAsync(lease, "accessor-4");
        else await Broker.Leases.RecordHandleAsync(lease, "accessor-4", None);

        Assert.That(await Broker.SettleAsync(blind, SettlementOutcome.Revoked), Is.Null);
        Assert.That((await Broker.ReadAsync(lease)).State, Is.EqualTo(LeaseState.Revoking));
        Assert.That((await Broker.ClaimAsync(lease)).Lease.BackendHandle, Is.EqualTo("accessor-4"));
    }

    [Test]
    public async Task Settle_FailedAndTheHandleBecameKnownMeanwhile_TheHandleIsKept()
    {
        var task = await Broker.OpenAsync();
        var lease = await Broker.BeginAsync(task, LeaseDraft.Secret);
        await Broker.RevokeAsync(lease);
        await PassAsync(lease.IssuedAt + Store.Rules.IntentLife);
        var blind = await Broker.ClaimAsync(lease);
        await Broker.TryCommitAsync(lease, "accessor-5");

        await Broker.SettleAsync(blind, SettlementOutcome.Again, TimeSpan.FromSeconds(1), "It did not answer.");

        Assert.That((await Broker.ReadAsync(lease)).BackendHandle, Is.EqualTo("accessor-5"));
    }

    [Test]
    public async Task Commit_WithoutAHandle_KeepsTheOneThatIsKnown()
    {
        var task = await Broker.OpenAsync();
        var lease = await Broker.BeginAsync(task, LeaseDraft.Secret);
        await Broker.Leases.RecordHandleAsync(lease, "child-token", None);

        await Broker.TryCommitAsync(lease, handle: null);

        Assert.That((await Broker.ReadAsync(lease)).BackendHandle, Is.EqualTo("child-token"));
    }

    [Test]
    public async Task Commit_DeadLetter_TheHandleIsKnownToWhoeverRetries()
    {
        var task = await Broker.OpenAsync();
        var lease = await Broker.BeginAsync(task, LeaseDraft.Secret);
        await Broker.RevokeAsync(lease);
        await PassAsync(lease.IssuedAt + Store.Rules.IntentLife);
        await Broker.SettleAsync(await Broker.ClaimAsync(lease), SettlementOutcome.Dead, TimeSpan.FromHours(1), "No.");

        Assert.That(await Broker.TryCommitAsync(lease, "accessor-6"), Is.TypeOf<CommitOutcome.Ended>());

        Assert.That((await Broker.ReadAsync(lease)).BackendHandle, Is.EqualTo("accessor-6"));
    }

    [Test]
    public async Task Commit_UnknownLease_Ended()
    {
        var task = await Broker.OpenAsync();
        var lease = await Broker.BeginAsync(task, LeaseDraft.Secret);

        var outcome = await Broker.TryCommitAsync(lease with { Id = LeaseId.New(task.Bucket, lease.IssuedAt) });

        Assert.That(outcome, Is.TypeOf<CommitOutcome.Ended>());
    }
}
