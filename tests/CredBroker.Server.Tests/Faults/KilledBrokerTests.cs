using CredBroker.Protocol.V1;
using CredBroker.Server.Tests.Api;
using CredBroker.Testing.Broker;
using CredBroker.Testing.Verification;
using Grpc.Core;
using V1 = CredBroker.Protocol.V1;

namespace CredBroker.Server.Tests.Faults;

/// <summary>SIGKILL right after an answer: nothing that was answered for is lost, and what was left behind still comes to its end.</summary>
[TestFixture(StoreForm.Redis), TestFixture(StoreForm.Embedded), Category("Fault"), Parallelizable(ParallelScope.All), FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
internal sealed class KilledBrokerTests(StoreForm form)
{
    private OwnStore _store = null!;
    private BrokerProcess _broker = null!;

    [SetUp]
    public async Task StartAsync()
    {
        _store = await OwnStore.StartAsync(form);
        // A busy machine's first calls after a restart are late, and that is not what is tested.
        _store.Site.Settings["Storage:Redis:CallTimeout"] = "00:00:05";
        _broker = await BrokerProcess.StartAsync(_store.Site);
    }

    [TearDown]
    public async Task StopAsync()
    {
        if (_broker is not null) await _broker.DisposeAsync();
        if (_store is not null) await _store.DisposeAsync();
    }

    [Test]
    public async Task KilledAfterIssue_Restarted_LeaseIsListedAndEndsWithItsTask()
    {
        var opened = await _broker.Calls.OpenAsync();
        var lease = (await opened.IssueAsync()).Lease;

        opened = opened.At(await RestartAsync());

        Assert.That(await opened.ListLeasesAsync(), Is.EqualTo(new[] { lease }));
        Assert.That((await opened.EndAsync()).Confirmed, Is.EqualTo(1));
        await Refused.WithAsync(StatusCode.FailedPrecondition, "TASK_ENDED", () => opened.IssueAsync());
    }

    [Test]
    public async Task KilledAfterIssue_Restarted_LeaseDiesAtItsTtl()
    {
        var opened = await _broker.Calls.OpenAsync();
        var lease = (await opened.IssueAsync("orders-brief", TimeSpan.FromSeconds(2))).Lease.Id;

        opened = opened.At(await RestartAsync());

        await opened.UntilLeaseAsync(lease, LeaseState.Revoked);
        Assert.That((await opened.GetLeaseAsync(lease)).EndReason, Is.EqualTo(V1.EndReason.Expired));
    }

    [Test]
    public async Task KilledAfterIssue_RetriedWithTheSameKey_SameLease()
    {
        var opened = await _broker.Calls.OpenAsync();
        var lease = (await opened.IssueAsync(key: "attempt-1")).Lease;

        opened = opened.At(await RestartAsync());

        Assert.That((await opened.IssueAsync(key: "attempt-1")).Lease, Is.EqualTo(lease));
    }

    [Test]
    public async Task KilledAfterOpenTask_RetriedWithTheSameRef_SameTask()
    {
        var workload = BrokerCalls.SomeAgent();
        var request = _broker.Calls.OpenRequest(workload);
        request.TaskRef = "run-1";
        var opened = await _broker.Calls.OpenAsync(request);

        var broker = await RestartAsync();
        request.Evidence = _store.Site.EvidenceOf(workload);

        Assert.That((await broker.Calls.OpenAsync(request)).Id, Is.EqualTo(opened.Id));
    }

    [Test]
    public async Task KilledAfterEndTask_Restarted_EndedOnRecordAndToldToVerifiers()
    {
        var opened = await _broker.Calls.OpenAsync();
        var lease = (await opened.IssueAsync()).Lease.Id;
        var receipt = await opened.EndAsync();

        opened = opened.At(await RestartAsync());

        Assert.That(await opened.EndAsync(), Is.EqualTo(receipt));
        await using (var watch = Watch()) Assert.That((await watch.UntilAsync(message => message.SnapshotComplete)).SelectMany(m => m.Revoked).Select(dead => dead.LeaseId), Does.Contain(lease));
        await Eventually.IsTrueAsync(
            () => _store.Site.ReadAudit().Any(line => (string?)line["type"] == "lease_revoked" && (string?)line["lease"] == lease)
                && _store.Site.ReadAudit().Any(line => (string?)line["type"] == "task_sealed" && (string?)line["task"] == opened.Id),
            "the end is on record");
    }

    [Test]
    public async Task Killed_Restarted_KeysAndCursorsStayGood()
    {
        var keys = await _broker.Calls.Http.GetStringAsync("/.well-known/jwks.json");
        string cursor;
        await using (var watch = Watch()) cursor = (await watch.UntilAsync(message => message.SnapshotComplete))[^1].Cursor;

        var broker = await RestartAsync();

        Assert.That(await broker.Calls.Http.GetStringAsync("/.well-known/jwks.json"), Is.EqualTo(keys));
        await using var resumed = Watch(cursor);
        Assert.That((await resumed.UntilAsync(message => message.Cursor.Length > 0)).Any(message => message.Reset), Is.False);
    }

    [Test]
    public async Task Killed_WhileItIsDown_DeadlinesPassedAreMadeUpFor()
    {
        var opened = await _broker.Calls.OpenAsync(BrokerCalls.SomeAgent("hasty"), heartbeat: TimeSpan.FromSeconds(1));
        var lease = (await opened.IssueAsync()).Lease.Id;

        opened = opened.At(await RestartAsync());

        await opened.UntilLeaseAsync(lease, LeaseState.Revoked);
        await Eventually.IsTrueAsync(async () => (await opened.ReadAsync()).State == TaskState.Ended, "the task has ended");
    }

    private Watch Watch(string cursor = "") => new(_broker.Calls.Feed.WatchRevocations(
        new WatchRevocationsRequest { Evidence = _store.Site.EvidenceOf("service/orders"), Cursor = cursor }));

    private async Task<BrokerProcess> RestartAsync()
    {
        await _broker.DisposeAsync();
        return _broker = await BrokerProcess.StartAsync(_store.Site);
    }
}
