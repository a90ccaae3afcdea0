using CredBroker.Leases;
using CredBroker.Tasks;

namespace CredBroker.Conformance.Stores;

/// <summary>What has come to its time by the store's clock is found, and nothing else.</summary>
public abstract class DueConformance(IStoreForm form) : StoreConformance(form)
{
    private static readonly TimeSpan Soon = TimeSpan.FromMilliseconds(80);

    [Test]
    public async Task ReadDue_NothingHasPassed_Nothing()
    {
        var task = await Broker.OpenAsync();
        await Broker.IssueAsync(task);

        Assert.That(await Broker.ReadDueAsync(task), Is.Empty);
    }

    [Test]
    public async Task ReadDue_ExpiredToken_IsFoundUntilItsEndIsRecorded()
    {
        var task = await Broker.OpenAsync();
        var lease = await Broker.IssueAsync(task, LeaseDraft.Token with { Ttl = Soon });
        await PassAsync(lease.ExpiresAt);

        Assert.That(await Broker.ReadDueAsync(task), Is.EqualTo(new[] { lease.Id.Value }));

        await Broker.TryRevokeAsync([lease], EndReason.Expired, RevocationPriority.Expiry, onlyIfDue: true);
        Assert.That(await Broker.ReadDueAsync(task), Is.Empty);
    }

    [Test]
    public async Task ReadDue_Revoked_IsNotDueAnyMore()
    {
        var task = await Broker.OpenAsync();
        var token = await Broker.IssueAsync(task, LeaseDraft.Token with { Ttl = Soon });
        var intent = await Broker.BeginAsync(task, LeaseDraft.Secret);
        await Broker.TryRevokeAsync([token, intent]);
        await PassAsync(intent.IssuedAt + Store.Rules.IntentLife);

        Assert.That(await Broker.ReadDueAsync(task), Is.Empty);
    }

    [Test]
    public async Task ReadDue_IntentThatNobodyCommitted_IsFound()
    {
        var task = await Broker.OpenAsync();
        var intent = await Broker.BeginAsync(task, LeaseDraft.Secret);
        await PassAsync(intent.IssuedAt + Store.Rules.IntentLife);

        Assert.That(await Broker.ReadDueAsync(task), Is.EqualTo(new[] { intent.Id.Value }));
        Assert.That(await Broker.TryRevokeAsync([intent], EndReason.Abandoned, RevocationPriority.Orphan, onlyIfDue: true), Has.Count.EqualTo(1));
    }

    [Test]
    public async Task ReadDue_CommittedSecret_IsDueAtItsEndAndNotBefore()
    {
        var task = await Broker.OpenAsync();
        var lease = await Broker.IssueAsync(task, LeaseDraft.Secret);
        await PassAsync(lease.IssuedAt + Store.Rules.IntentLife);

        Assert.That(await Broker.ReadDueAsync(task), Is.Empty);
        Assert.That(await Broker.TryRevokeAsync([lease], EndReason.Abandoned, RevocationPriority.Orphan, onlyIfDue: true), Is.Empty);
    }

    [Test]
    public async Task ReadDue_HeartbeatMissed_TheTaskIsFound()
    {
        var task = await Broker.OpenAsync(new TaskDraft { HeartbeatInterval = Soon });
        await PassAsync(task.Task.HeartbeatDeadline);

        Assert.That(await Broker.ReadDueAsync(task), Is.EqualTo(new[] { task.Id.Value }));
    }

    [Test]
    public async Task ReadDue_MoreThanOneTurnTakes_AllInTheEnd()
    {
        var task = await Broker.OpenAsync();
        var leases = await Task.WhenAll(Enumerable.Range(0, 30).Select(_ => Broker.BeginAsync(task, LeaseDraft.Token with { Ttl = Soon })));
        await PassAsync(leases.Max(lease => lease.ExpiresAt));

        var ended = 0;
        await UntilAsync(
            async () =>
            {
                var due = (await Broker.Due.ReadDueAsync(7, None)).Where(batch => batch.Bucket == task.Bucket).SelectMany(batch => batch.Leases).ToList();
                Assert.That(due, Has.Count.LessThanOrEqualTo(7));
                if (due.Count > 0) ended += (await Broker.TryRevokeAsync(due, EndReason.Expired, RevocationPriority.Expiry, onlyIfDue: true)).Count;
                return ended == leases.Length;
            },
            "all leases have expired");
    }

    [Test]
    public async Task ReadDue_ManyBuckets_EachItsOwn()
    {
        var tasks = await Task.WhenAll(Enumerable.Range(0, 12).Select(i => Broker.OpenAsync(new TaskDraft { Bucket = 40 + i, HeartbeatInterval = Soon })));
        await PassAsync(tasks.Max(task => task.Task.HeartbeatDeadline));

        var batches = await Broker.Due.ReadDueAsync(10, None);

        foreach (var task in tasks) Assert.That(batches.Single(batch => batch.Bucket == task.Bucket).Tasks, Has.Member(task.Id));
    }

    [TestCase(1)]
    [TestCase(-1)]
    public async Task ReadDue_ClocksWithinTheBound_TheStoresTimeCounts(int sign)
    {
        var task = await Broker.OpenAsync();
        Broker.Clock.Offset = sign * (Store.Rules.ClockBound - TimeSpan.FromSeconds(20));
        await Broker.ReadDueAsync(task);
        var late = await Broker.IssueAsync(task, LeaseDraft.Token with { Ttl = TimeSpan.FromSeconds(30) });
        var soon = await Broker.IssueAsync(task, LeaseDraft.Token with { Ttl = Soon });
        await PassAsync(soon.ExpiresAt);

        Assert.That(await Broker.ReadDueAsync(task), Is.EqualTo(new[] { soon.Id.Value }));
        Assert.That(await Broker.TryRevokeAsync([late, soon], EndReason.Expired, RevocationPriority.Expiry, onlyIfDue: true), Has.Count.EqualTo(1));
    }

    [Test]
    public async Task SealIfDue_TaskThatWasForgotten_IsNotMetAgain()
    {
        var task = await Broker.OpenAsync(new TaskDraft { HeartbeatInterval = Soon });
        await Broker.Tasks.SealAsync(new SealRequest(task.Id, EndReason.TaskEnded) { ResumeAfter = TimeSpan.Zero }, None);
        await Broker.Tasks.FinishAsync(task.Task, TimeSpan.FromMilliseconds(1), None);

        Assert.That(await Broker.ReadDueAsync(task), Is.Empty);
    }
}
