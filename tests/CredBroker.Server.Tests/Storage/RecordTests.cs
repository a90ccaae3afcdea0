using CredBroker.Conformance.Stores;
using CredBroker.Leases;
using CredBroker.Server.Tests.Storage.Forms;
using CredBroker.Tasks;
using CredBroker.Testing.Stores;
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

        var outcome = await Broker.Tasks.HeartbeatAsync(task.Token, reattested: true, None);

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
}
