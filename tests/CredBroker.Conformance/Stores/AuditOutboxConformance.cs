using CredBroker.Audit;
using CredBroker.Leases;
using CredBroker.Tasks;

namespace CredBroker.Conformance.Stores;

/// <summary>Every transition that did not wait for the audit trail leaves a note, until its own line is durable.</summary>
public abstract class AuditOutboxConformance(IStoreForm form) : StoreConformance(form)
{
    /// <summary>What an earlier test left owed may be in the bucket of this one's task.</summary>
    [SetUp]
    public async Task PayWhatIsOwedAsync()
    {
        while (await Broker.Outbox.ReadOwedAsync(-Store.Rules.ClockBound, 500, None) is { Count: > 0 } owed) await Broker.Outbox.SettleAsync(owed, None);
    }

    [Test]
    public async Task ReadOwed_Transitions_OneNoteEach()
    {
        var task = await Broker.OpenAsync();
        var token = await Broker.IssueAsync(task);
        var secret = await Broker.IssueAsync(task, LeaseDraft.Secret);
        await Broker.TryRevokeAsync([token, secret]);
        await Broker.SealAsync(task);

        Assert.That((await ReadAsync(task)).Select(note => note.SubjectId), Is.EquivalentTo(new[] { token.Id.Value, secret.Id.Value, task.Id.Value }));
    }

    [Test]
    public async Task ReadOwed_NothingEnded_Nothing()
    {
        var task = await Broker.OpenAsync();
        await Broker.IssueAsync(task);
        await Broker.BeginAsync(task, LeaseDraft.Secret);

        Assert.That(await ReadAsync(task), Is.Empty);
    }

    [Test]
    public async Task ReadOwed_YoungNotes_AreLeftToWhoMadeThem()
    {
        var task = await Broker.OpenAsync();
        await Broker.RevokeAsync(await Broker.IssueAsync(task));

        Assert.That(await ReadAsync(task, age: TimeSpan.FromSeconds(40)), Is.Empty);
        Assert.That(await ReadAsync(task), Has.Count.EqualTo(1));
    }

    [Test]
    public async Task Settle_Note_IsGone()
    {
        var task = await Broker.OpenAsync();
        var first = await Broker.RevokeAsync(await Broker.IssueAsync(task));
        await Broker.RevokeAsync(await Broker.IssueAsync(task));
        var notes = await ReadAsync(task);

        await Broker.Outbox.SettleAsync([.. notes.Where(note => note.SubjectId == first.Id.Value)], None);

        Assert.That(await ReadAsync(task), Is.EqualTo(notes.Where(note => note.SubjectId != first.Id.Value)));
    }

    [Test]
    public async Task Settle_LineThatATransitionMade_IsGone()
    {
        var task = await Broker.OpenAsync();
        var revoked = await Broker.RevokeAsync(await Broker.IssueAsync(task));
        await Broker.SealAsync(task);

        await Broker.Outbox.SettleAsync([Note(revoked), Note(await Broker.ReadAsync(task))], None);

        Assert.That(await ReadAsync(task), Is.Empty);
    }

    [Test]
    public async Task Settle_LineOfAnEarlierTransition_LeavesTheLaterOwed()
    {
        var task = await Broker.OpenAsync();
        var revoking = await Broker.RevokeAsync(await Broker.IssueAsync(task, LeaseDraft.Secret));
        var early = Note(revoking);
        var revoked = await Broker.SettleAsync(await Broker.ClaimAsync(revoking), SettlementOutcome.Revoked);

        await Broker.Outbox.SettleAsync([early], None);

        Assert.That((await ReadAsync(task)).Select(note => (note.SubjectId, note.Generation)), Is.EqualTo(new[] { (revoked!.Id.Value, revoked.Generation) }));
    }

    [Test]
    public async Task ReadOwed_IrrevocableLease_IsOwed()
    {
        var task = await Broker.OpenAsync();
        var revoking = await Broker.RevokeAsync(await Broker.IssueAsync(task, LeaseDraft.Secret));
        await Broker.Outbox.SettleAsync([Note(revoking)], None);
        await Broker.SettleAsync(await Broker.ClaimAsync(revoking), SettlementOutcome.Dead, TimeSpan.FromHours(1), "No.");

        Assert.That((await ReadAsync(task)).Select(note => note.SubjectId), Is.EqualTo(new[] { revoking.Id.Value }));
    }

    [Test]
    public async Task ReadOwed_MoreThanOneTurnTakes_TheOldestFirst()
    {
        var task = await Broker.OpenAsync();
        var first = await Broker.RevokeAsync(await Broker.IssueAsync(task));
        await PassAsync(first.ConfirmedAt!.Value.AddMilliseconds(2));
        for (var i = 0; i < 4; i++) await Broker.RevokeAsync(await Broker.IssueAsync(task));

        var notes = (await Broker.Outbox.ReadOwedAsync(-Store.Rules.ClockBound, 2, None)).Where(note => note.Bucket == task.Bucket).ToList();

        Assert.That(notes, Has.Count.EqualTo(2));
        Assert.That(notes[0].SubjectId, Is.EqualTo(first.Id.Value));
    }

    private async Task<IReadOnlyList<OwedAudit>> ReadAsync(HeldTask task, TimeSpan? age = null) =>
        [.. (await Broker.Outbox.ReadOwedAsync(age ?? -Store.Rules.ClockBound, 500, None)).Where(note => note.Bucket == task.Bucket)];

    /// <summary>As whoever made the transition knows it: the instant is by the broker's clock.</summary>
    private static OwedAudit Note(Lease lease) => new(lease.Id.Bucket, lease.Id.Value, lease.Generation, TimeProvider.System.GetUtcNow());

    private static OwedAudit Note(AgentTask task) => new(task.Id.Bucket, task.Id.Value, 0, TimeProvider.System.GetUtcNow());
}
