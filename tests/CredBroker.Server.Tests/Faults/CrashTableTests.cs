using CredBroker.Protocol.V1;
using CredBroker.Server.Tests.Api;
using CredBroker.Testing.Broker;
using CredBroker.Testing.Verification;
using Grpc.Core;
using V1 = CredBroker.Protocol.V1;

namespace CredBroker.Server.Tests.Faults;

/// <summary>The broker dies between any two steps of an issue or of an end; another finds everything and brings it to its end.</summary>
[TestFixture, Category("Fault"), Parallelizable(ParallelScope.All), FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
internal sealed class CrashTableTests
{
    private CrashBench _bench = null!;

    [SetUp]
    public async Task StartAsync() => _bench = await CrashBench.StartAsync();

    [TearDown]
    public async Task StopAsync()
    {
        if (_bench is not null) await _bench.DisposeAsync();
    }

    [Test]
    public async Task AfterIntent_BeforeTheHandle_Voided()
    {
        var (opened, lease) = await IssueAndDieAsync("after-begin");

        await AssertAbandonedAsync(opened, lease);
        Assert.That(_bench.Service.Handles, Is.Empty);
    }

    [Test]
    public async Task HandleMade_Unrecorded_StaysEmptyAndTheLeaseIsVoided()
    {
        var (opened, lease) = await IssueAndDieAsync("after-reserve");

        await AssertAbandonedAsync(opened, lease);
        Assert.That(_bench.Service.Handles, Has.Count.EqualTo(1), "nobody knows of it; it dies at its own TTL");
        Assert.That(_bench.Service.Credentials, Is.Empty);
    }

    [TestCase("after-handle"), TestCase("after-mint"), TestCase("before-commit")]
    public async Task HandleRecorded_NotCommitted_HandleRevokedOnceNothingCanBeMadeAnyMore(string fault)
    {
        var (opened, lease) = await IssueAndDieAsync(
            fault, atDeath: () => Assert.That(_bench.Service.Credentials, Has.Count.EqualTo(fault == "after-handle" ? 0 : 1)));

        await AssertAbandonedAsync(opened, lease);

        Assert.That(_bench.Service.Handles, Is.Empty);
        Assert.That(_bench.Service.Credentials, Is.Empty);
        Assert.That(
            _bench.Service.Revocations.Select(revocation => revocation.At),
            Is.All.GreaterThanOrEqualTo(lease.IssuedAt.ToDateTimeOffset() + CrashBench.IntentLife));
    }

    [Test]
    public async Task Committed_ReplyLost_DiesAtItsTtl()
    {
        var (opened, lease) = await IssueAndDieAsync("after-commit", TimeSpan.FromSeconds(10));

        Assert.That((await opened.GetLeaseAsync(lease.Id)).State, Is.EqualTo(LeaseState.Active));
        await opened.UntilLeaseAsync(lease.Id, LeaseState.Revoked);

        Assert.That((await opened.GetLeaseAsync(lease.Id)).EndReason, Is.EqualTo(V1.EndReason.Expired));
        Assert.That(_bench.Service.Credentials, Is.Empty);
    }

    [Test]
    public async Task Committed_ReplyLost_EndOfTheTaskRevokesIt()
    {
        var (opened, _) = await IssueAndDieAsync("after-commit");

        var receipt = await EndAndWaitAsync(opened);

        Assert.That((receipt.Total, receipt.Confirmed), Is.EqualTo((1L, 1L)));
        Assert.That(_bench.Service.Credentials, Is.Empty);
    }

    [Test]
    public async Task TokenRecorded_ReplyLost_RetryGetsTheSameLease()
    {
        var broker = await _bench.StartBrokerAsync("after-begin");
        var opened = await broker.Calls.OpenAsync();
        await DieAsync(broker, () => opened.IssueAsync(key: "attempt-1"));

        opened = opened.At(await _bench.StartBrokerAsync());

        var recorded = (await opened.ListLeasesAsync()).Single();
        Assert.That((await opened.IssueAsync(key: "attempt-1")).Lease, Is.EqualTo(recorded));
    }

    [Test]
    public async Task OpenTask_ReplyLost_RetryGetsTheSameTask()
    {
        var broker = await _bench.StartBrokerAsync("after-open");
        var request = broker.Calls.OpenRequest("agent/named");
        request.TaskRef = "run-1";
        await DieAsync(broker, () => broker.Calls.OpenAsync(request));

        var opened = await (await _bench.StartBrokerAsync()).Calls.OpenAsync(request);

        Assert.That((await opened.IssueAsync()).Lease.State, Is.EqualTo(LeaseState.Active));
    }

    [TestCase("after-seal"), TestCase("before-revoke"), TestCase("after-revoke"), TestCase("after-finish")]
    public async Task EndingATree_DiesOnTheWay_AnotherGoesOn(string fault)
    {
        var first = await _bench.StartBrokerAsync();
        var parent = await first.Calls.OpenAsync();
        var request = first.Calls.OpenRequest();
        request.ParentTaskToken = parent.Token;
        request.Delegation.Add(new Delegation { Template = "scripted" });
        var child = await first.Calls.OpenAsync(request);
        string[] leases = [(await parent.IssueAsync("scripted")).Lease.Id, (await child.IssueAsync("scripted")).Lease.Id, (await parent.IssueAsync()).Lease.Id];
        await first.KillAsync();
        var second = await _bench.StartBrokerAsync(fault);
        await DieAsync(second, () => parent.At(second).EndAsync());

        parent = parent.At(await _bench.StartBrokerAsync());

        await Refused.WithAsync(StatusCode.FailedPrecondition, "TASK_ENDED", () => parent.IssueAsync());
        foreach (var lease in leases) await parent.UntilLeaseAsync(lease, LeaseState.Revoked);
        await Eventually.IsTrueAsync(async () => (await parent.ReadAsync()).State == TaskState.Ended, "the parent has ended");
        Assert.That((await parent.ReadAsync(child.Id)).State, Is.EqualTo(TaskState.Ended));
        Assert.That(_bench.Service.Credentials, Is.Empty);
        await Eventually.IsTrueAsync(() => leases.All(IsOnRecordAsRevoked), "every end is on record", TimeSpan.FromSeconds(40));
    }

    [TestCase("after-claim", 1), TestCase("after-backend-revoke", 2), TestCase("before-settle", 2), TestCase("after-settle", 1)]
    public async Task Revoking_WorkerDies_AnotherTakesItOver(string fault, int asked)
    {
        var first = await _bench.StartBrokerAsync();
        var opened = await first.Calls.OpenAsync();
        var lease = (await opened.IssueAsync("scripted")).Lease.Id;
        _bench.Service.IsDown = true;
        await first.KillAsync();
        var second = await _bench.StartBrokerAsync(fault);
        _bench.Service.IsDown = false;
        await DieAsync(second, () => opened.At(second).EndAsync());

        opened = opened.At(await _bench.StartBrokerAsync());

        await opened.UntilLeaseAsync(lease, LeaseState.Revoked);
        Assert.That(_bench.Service.Credentials, Is.Empty);
        Assert.That(_bench.Service.Revocations, Has.Count.EqualTo(asked), "asked twice it does no harm");
    }

    private async Task<(OpenedTask Opened, Lease Lease)> IssueAndDieAsync(string fault, TimeSpan? ttl = null, Action? atDeath = null)
    {
        var broker = await _bench.StartBrokerAsync(fault);
        var opened = await broker.Calls.OpenAsync();
        await DieAsync(broker, () => opened.IssueAsync("scripted", ttl));
        atDeath?.Invoke();
        opened = opened.At(await _bench.StartBrokerAsync());
        return (opened, (await opened.ListLeasesAsync()).Single());
    }

    /// <summary>Makes a call on which the broker dies, or soon after which it does.</summary>
    private static async Task DieAsync(BrokerProcess broker, Func<Task> call)
    {
        try
        {
            await call();
        }
        catch (RpcException lost)
        {
            Assert.That(lost.StatusCode, Is.EqualTo(StatusCode.Unavailable).Or.EqualTo(StatusCode.Internal), lost.Status.Detail);
        }

        Assert.That(await broker.WaitForEndAsync(), Is.EqualTo(128 + 9), broker.Output);
    }

    private static async Task AssertAbandonedAsync(OpenedTask opened, Lease lease)
    {
        Assert.That(lease.State, Is.Not.EqualTo(LeaseState.Active));
        await opened.UntilLeaseAsync(lease.Id, LeaseState.Revoked);
        Assert.That((await opened.GetLeaseAsync(lease.Id)).EndReason, Is.EqualTo(V1.EndReason.Abandoned));
        Assert.That((await opened.IssueAsync("scripted")).Lease.State, Is.EqualTo(LeaseState.Active));
        Assert.That((await EndAndWaitAsync(opened)).Pending, Is.Zero);
    }

    private static async Task<TaskReceipt> EndAndWaitAsync(OpenedTask opened) => (await opened.Calls.Tasks.EndTaskAsync(
        new EndTaskRequest { Wait = Google.Protobuf.WellKnownTypes.Duration.FromTimeSpan(TimeSpan.FromSeconds(20)) }, opened.Auth)).Receipt;

    private bool IsOnRecordAsRevoked(string lease) =>
        _bench.Site.ReadAudit().Any(line => (string?)line["type"] == "lease_revoked" && (string?)line["lease"] == lease);
}
