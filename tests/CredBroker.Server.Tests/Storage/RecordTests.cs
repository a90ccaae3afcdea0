using System.Globalization;
using CredBroker.Conformance.Stores;
using CredBroker.Leases;
using CredBroker.Revocation;
using CredBroker.Server.Tests.Storage.Forms;
using CredBroker.Tasks;
using CredBroker.Testing.Audit;
using CredBroker.Testing.Stores;
using Microsoft.Extensions.Logging.Abstractions;
using StackExchange.Redis;

namespace CredBroker.Server.Tests.Storage;

/// <summary>What the scripts make of records that no call of ours leaves behind, but a mishap can.</summary>
[TestFixture]
public sealed class RecordTests() : StoreConformance(StoreForms.Redis)
{
    private ConnectionMultiplexer? _connection;

    private IDatabase Database => _connection?.GetDatabase() ?? throw new InvalidOperationException("Not connected.");

    [OneTimeSetUp]
    public async Task ConnectAsync() => _connection = await ConnectionMultiplexer.ConnectAsync((await RedisForms.Server.GetAsync()).ConnectionString);

    [OneTimeTearDown]
    public async Task DisconnectAsync()
    {
        if (_connection is not null) await _connection.DisposeAsync();
    }

    [Test]
    public async Task Heartbeat_ClockFellBack_MovesNoDeadlineBack()
    {
        var task = await Broker.OpenAsync(new TaskDraft { Bucket = 3 });
        var (beat, attested) = (task.Task.HeartbeatDeadline.AddMinutes(20), task.Task.AttestedUntil.AddMinutes(20));
        // Written before the clock fell back.
        await Database.HashSetAsync(
            $"cb:{{b03}}:T:{task.Id.Value}", [new HashEntry("hb", beat.ToUnixTimeMilliseconds()), new HashEntry("au", attested.ToUnixTimeMilliseconds())]);

        var outcome = await Broker.Tasks.HeartbeatAsync(task.Token, reattested: task.Token, None);

        Assert.That(outcome, Is.EqualTo(new HeartbeatOutcome.Extended(beat, attested)));
    }

    [Test]
    public async Task RevokeIfDue_NoDateInTheIndex_GoesByTheLeasesEnd()
    {
        var task = await Broker.OpenAsync(new TaskDraft { Bucket = 3 });
        var lease = await Broker.IssueAsync(task);
        await Database.SortedSetRemoveAsync("cb:{b03}:exp", lease.Id.Value);

        Assert.That(await Broker.TryRevokeAsync([lease], EndReason.Expired, RevocationPriority.Expiry, onlyIfDue: true), Is.Empty);
    }

    [Test]
    public async Task ReadDue_RecordWasLost_IsNotMetAgain()
    {
        var task = await Broker.OpenAsync(new TaskDraft { Bucket = 3 });
        var lease = await Broker.IssueAsync(task, LeaseDraft.Token with { Ttl = TimeSpan.FromMilliseconds(20) });
        await Database.KeyDeleteAsync($"cb:{{b03}}:L:{lease.Id.Value}");
        await PassAsync(lease.ExpiresAt);

        Assert.That(await Broker.ReadDueAsync(task), Is.Empty);
        Assert.That(await Database.SortedSetScoreAsync("cb:{b03}:exp", lease.Id.Value), Is.Null);
    }

    [Test]
    public async Task Claim_RecordWasLost_LeavesTheQueue()
    {
        var task = await Broker.OpenAsync(new TaskDraft { Bucket = 3 });
        var lease = await Broker.RevokeAsync(await Broker.IssueAsync(task, LeaseDraft.Secret with { Backend = "vault:lost" }));
        await Database.KeyDeleteAsync($"cb:{{b03}}:L:{lease.Id.Value}");

        Assert.That(await Broker.TryClaimAsync(lease), Is.Null);
        Assert.That(await Broker.Backlog.ReadDueAsync("vault:lost", 10, None), Is.Empty);
    }

    [Test]
    public async Task ReadDue_OneRecordIsUnreadable_TheOthersAreFound()
    {
        var task = await Broker.OpenAsync(new TaskDraft { Bucket = 3 });
        var soon = LeaseDraft.Token with { Ttl = TimeSpan.FromMilliseconds(20) };
        var damaged = await Broker.IssueAsync(task, soon);
        var good = await Broker.IssueAsync(task, soon);
        var elsewhere = await Broker.OpenAsync(new TaskDraft { Bucket = 9 });
        var other = await Broker.IssueAsync(elsewhere, soon);
        await DamageAsync(damaged);
        await PassAsync(other.ExpiresAt);

        Assert.That(await Broker.ReadDueAsync(task), Is.EqualTo(new[] { good.Id.Value }));
        Assert.That(await Broker.ReadDueAsync(elsewhere), Is.EqualTo(new[] { other.Id.Value }));
        // A broker of another version may be able to read it.
        Assert.That(await Database.SortedSetScoreAsync("cb:{b03}:exp", damaged.Id.Value), Is.Not.Null);
    }

    [Test]
    public async Task ReadDue_MoreUnreadableThanOneReadTakes_TheOthersAreFound()
    {
        // Leases of other tests may have come to their time in the same bucket.
        await Store.EmptyAsync();
        var task = await Broker.OpenAsync(new TaskDraft { Bucket = 11 });
        var soon = LeaseDraft.Token with { Ttl = TimeSpan.FromMilliseconds(20) };
        for (var i = 0; i < 5; i++) await DamageAsync(await Broker.IssueAsync(task, soon));
        var good = await Broker.IssueAsync(task, soon);
        await PassAsync(good.ExpiresAt);

        var due = await Broker.Due.ReadDueAsync(perBucket: 2, None);

        Assert.That(due.Single(batch => batch.Bucket == 11).Leases.Select(lease => lease.Id), Is.EqualTo(new[] { good.Id }));
    }

    [Test]
    public async Task Scan_OneRecordIsUnreadable_TheOthersAreFound()
    {
        var task = await Broker.OpenAsync(new TaskDraft { Bucket = 3 });
        var damaged = await Broker.IssueAsync(task);
        var good = await Broker.IssueAsync(task);
        await DamageAsync(damaged);
        var selector = new LeaseSelector { TaskId = task.Id };

        Assert.That((await Broker.Index.ScanAsync(3, selector, after: null, take: 10, None)).Leases.Select(lease => lease.Id), Is.EqualTo(new[] { good.Id }));
        Assert.That((await Broker.Index.ReadAsync([damaged.Id, good.Id], None)).Select(lease => lease.Id), Is.EqualTo(new[] { good.Id }));
        Assert.That((await Broker.Leases.ListAsync(task.Id, 0, 10, None)).Leases.Select(lease => lease.Id), Is.EqualTo(new[] { good.Id }));
    }

    [Test]
    public async Task ListDeadLetters_OneRecordIsUnreadable_TheOthersAreListed()
    {
        var task = await Broker.OpenAsync(new TaskDraft { Bucket = 3 });
        var draft = LeaseDraft.Secret with { Backend = "vault:damaged" };
        var (damaged, good) = (await DieAsync(task, draft), await DieAsync(task, draft));
        await DamageAsync(damaged);

        var letters = (await Broker.DeadLetters.ReadAsync([damaged.Id, good.Id], None)).Select(letter => letter.Lease.Id).ToList();

        Assert.That(letters, Has.Member(good.Id).And.No.Member(damaged.Id));
    }

    [Test]
    public async Task ListOpenOrders_OneRecordIsUnreadable_TheOthersAreListed()
    {
        var (damaged, good) = (Order(), Order());
        foreach (var order in new[] { damaged, good })
        {
            await Broker.Orders.TryHoldAsync(order.Id, "holder", TimeSpan.FromMinutes(1), None);
            await Broker.Orders.SaveAsync(order, "holder", None);
        }

        await Database.StringSetAsync($"cb:{{meta}}:order:{damaged.Id.Value}", "{ what is this");

        var open = (await Broker.Orders.ListOpenAsync(None)).Select(order => order.Id).ToList();

        Assert.That(open, Has.Member(good.Id).And.No.Member(damaged.Id));
    }

    [Test]
    public async Task DrainOwed_OneRecordIsUnreadable_TheOtherLinesAreWritten()
    {
        var task = await Broker.OpenAsync(new TaskDraft { Bucket = 3 });
        var damaged = await Broker.RevokeAsync(await Broker.IssueAsync(task));
        var good = await Broker.RevokeAsync(await Broker.IssueAsync(task));
        foreach (var lease in new[] { damaged, good }) await Database.SortedSetAddAsync("cb:{b03}:ap", $"{lease.Id.Value} {lease.Generation}", 1);
        await DamageAsync(damaged);
        var audit = new RecordingAuditLog();

        await new OwedAuditDrain(audit, Broker.Outbox, Broker.Leases, Broker.Tasks, Broker.Approvals, NullLogger<OwedAuditDrain>.Instance).RunOnceAsync(None);

        Assert.That(audit.Events.Select(line => line.LeaseId), Has.Member(good.Id.Value).And.No.Member(damaged.Id.Value));
        Assert.That(await Database.SortedSetScoreAsync("cb:{b03}:ap", $"{good.Id.Value} {good.Generation}"), Is.Null);
    }

    [Test]
    public async Task FindTask_RecordIsUnreadable_SaysSo()
    {
        var task = await Broker.OpenAsync(new TaskDraft { Bucket = 3 });
        await Database.HashSetAsync($"cb:{{b03}}:T:{task.Id.Value}", "d", "{ what is this");

        Assert.That(async () => await Broker.Tasks.FindAsync(task.Id, None), Throws.TypeOf<FormatException>().With.Message.Contains(task.Id.Value));
    }

    [Test]
    public async Task Lift_BrokerDiedWhileItRaised_GoneFromTheBucketsThatHadIt()
    {
        var id = FenceId.New(TimeProvider.System.GetUtcNow());
        await Database.HashSetAsync("cb:{b04}:fences", id.Value, "{}");
        var epoch = await Broker.ReadEpochAsync(9);

        Assert.That(await Broker.Fences.LiftAsync(id, None), Is.True);

        Assert.That(await Database.HashExistsAsync("cb:{b04}:fences", id.Value), Is.False);
        Assert.That(await Broker.ReadEpochAsync(9), Is.EqualTo(epoch));
    }

    [Test]
    public async Task Raise_BrokerDiedWhileItRaised_FinishedAndTold()
    {
        var fence = new Fence
        {
            Id = FenceId.New(TimeProvider.System.GetUtcNow()),
            Selectors = [new LeaseSelector { Tenant = "acme" }],
            Reason = "a leak",
            RaisedBy = "kim",
            RaisedAt = TimeProvider.System.GetUtcNow(),
        };
        await Broker.Fences.RaiseAsync(fence, None);
        await Database.KeyDeleteAsync(["cb:{meta}:fences", "cb:{b05}:fences"]);
        var position = (await Broker.ReadLogAsync()).Cursor;

        var raised = await Broker.Fences.RaiseAsync(fence, None);

        Assert.That((await Broker.Fences.ReadAsync(5, None)).Fences.Select(standing => standing.Id), Has.Member(fence.Id));
        Assert.That((await Broker.Fences.ListAsync(None)).Single().NotBefore, Is.EqualTo(raised.NotBefore));
        Assert.That((await Broker.ReadLogAsync(position)).Fences.Single().Fence.Id, Is.EqualTo(fence.Id));
    }

    private Task<bool> DamageAsync(Lease lease) =>
        Database.StringSetAsync(string.Create(CultureInfo.InvariantCulture, $"cb:{{b{lease.Id.Bucket:x2}}}:L:{lease.Id.Value}"), "a 1 0 what is this\n\n{}");

    private async Task<Lease> DieAsync(HeldTask task, LeaseDraft draft)
    {
        var lease = await Broker.RevokeAsync(await Broker.IssueAsync(task, draft));
        return await Broker.SettleAsync(await Broker.ClaimAsync(lease), SettlementOutcome.Dead) ?? throw new AssertionException("It was not settled.");
    }

    private static RevocationOrder Order() => new()
    {
        Id = OrderId.New(TimeProvider.System.GetUtcNow()),
        Selectors = [new LeaseSelector { Tenant = "acme" }],
        Reason = "a leak",
        OrderedBy = "kim",
        OrderedAt = TimeProvider.System.GetUtcNow(),
        FenceId = FenceId.New(TimeProvider.System.GetUtcNow()),
    };
}
