using System.Net;
using CredBroker.Protocol.V1;
using CredBroker.Server.Tests.Api;
using CredBroker.Testing.Broker;
using CredBroker.Testing.Verification;
using Grpc.Core;

namespace CredBroker.Server.Tests.Faults;

/// <summary>Redis goes away and comes back under a running broker.</summary>
[TestFixture, Category("Fault"), Parallelizable(ParallelScope.All), FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
internal sealed class RedisFaultTests
{
    private static readonly TimeSpan Promised = TimeSpan.FromSeconds(2);
    private OwnStore _store = null!;
    private BrokerProcess _broker = null!;
    private OpenedTask _task = null!;
    private string _lease = "";

    [SetUp]
    public async Task StartAsync()
    {
        _store = await OwnStore.StartAsync();
        _broker = await BrokerProcess.StartAsync(_store.Site);
        _task = await _broker.Calls.OpenAsync();
        _lease = (await _task.IssueAsync()).Lease.Id;
    }

    [TearDown]
    public async Task StopAsync()
    {
        if (_broker is not null) await _broker.DisposeAsync();
        if (_store is not null) await _store.DisposeAsync();
    }

    [Test]
    public async Task Paused_EveryCall_UnavailableWithinTwoSecondsAndGoesOnAfterwards()
    {
        _store.Redis.Pause();
        await AssertEveryCallIsRefusedInTimeAsync();

        _store.Redis.Continue();

        await AssertGoesOnAsync();
    }

    [Test]
    public async Task Killed_EveryCall_UnavailableWithinTwoSecondsAndGoesOnOnceItIsBack()
    {
        await _store.Redis.KillAsync();
        await AssertEveryCallIsRefusedInTimeAsync();

        await _store.Redis.StartAgainAsync();

        await AssertGoesOnAsync();
    }

    [Test]
    public async Task Away_Watcher_HearsNothingAndThenGoesOn()
    {
        await using var watch = new Watch(_broker.Calls.Feed.WatchRevocations(new WatchRevocationsRequest { Evidence = _store.Site.EvidenceOf("service/orders") }));
        await watch.UntilAsync(message => message.SnapshotComplete);
        _store.Redis.Pause();
        var paused = TimeProvider.System.GetUtcNow();
        using var quiet = new CancellationTokenSource(TimeSpan.FromSeconds(3), TimeProvider.System);
        var last = await watch.LastUntilQuietAsync(quiet.Token);
        _store.Redis.Continue();

        Assert.That(last?.AsOf.ToDateTimeOffset() ?? DateTimeOffset.MinValue, Is.LessThanOrEqualTo(paused + TimeSpan.FromSeconds(1)));
        await Eventually.IsTrueAsync(IsReadyAsync, "the broker is ready again");
        await using var resumed = new Watch(_broker.Calls.Feed.WatchRevocations(new WatchRevocationsRequest { Evidence = _store.Site.EvidenceOf("service/orders") }));
        await resumed.UntilAsync(message => message.SnapshotComplete);
        await _task.EndAsync();
        await resumed.UntilAsync(message => message.Revoked.Any(dead => dead.LeaseId == _lease));
    }

    [Test]
    public async Task ScriptFlush_InTheMiddle_NobodyNotices()
    {
        await FlushAsync();
        var second = await _task.IssueAsync();
        await FlushAsync();
        await _broker.Calls.Credentials.RenewAsync(new RenewRequest { LeaseId = _lease }, _task.Auth);
        await FlushAsync();
        await _broker.Calls.Credentials.ReleaseAsync(new ReleaseRequest { LeaseId = second.Lease.Id }, _task.Auth);
        await FlushAsync();
        await _broker.Calls.Tasks.HeartbeatAsync(new HeartbeatRequest(), _task.Auth);
        await FlushAsync();
        Assert.That((await _task.EndAsync()).Confirmed, Is.EqualTo(2));
        await FlushAsync();
        Assert.That((await _broker.Calls.OpenAsync()).Task.State, Is.EqualTo(TaskState.Open));
    }

    private async Task AssertEveryCallIsRefusedInTimeAsync()
    {
        var calls = _broker.Calls;
        (string Name, Func<Task> Call)[] all =
        [
            ("OpenTask", () => calls.OpenAsync()),
            ("Issue", () => _task.IssueAsync()),
            ("Issue with a limit", () => _task.IssueAsync("orders-scarce")),
            ("Renew", () => calls.Credentials.RenewAsync(new RenewRequest { LeaseId = _lease }, _task.Auth).ResponseAsync),
            ("Release", () => calls.Credentials.ReleaseAsync(new ReleaseRequest { LeaseId = _lease }, _task.Auth).ResponseAsync),
            ("ListLeases", () => _task.ListLeasesAsync()),
            ("GetLease", () => _task.GetLeaseAsync(_lease)),
            ("GetTask", () => _task.ReadAsync()),
            ("Heartbeat", () => calls.Tasks.HeartbeatAsync(new HeartbeatRequest(), _task.Auth).ResponseAsync),
            ("EndTask", () => _task.EndAsync()),
        ];
        foreach (var (name, call) in all)
        {
            // A busy machine may hold one call up; not two in a row.
            var took = await RefusedAfterAsync(name, call);
            if (took >= Promised) took = await RefusedAfterAsync(name, call);
            Assert.That(took, Is.LessThan(Promised), name);
        }

        Assert.That(await IsReadyAsync(), Is.False);
        Assert.That(await calls.Http.GetStringAsync("/livez"), Is.EqualTo("ok"));
    }

    private static async Task<TimeSpan> RefusedAfterAsync(string name, Func<Task> call)
    {
        var start = TimeProvider.System.GetTimestamp();
        var refusal = await Refused.WithAsync(StatusCode.Unavailable, "STORE_UNAVAILABLE", call);
        Assert.That(Refused.RetryOf(refusal), Is.GreaterThan(TimeSpan.Zero), name);
        return TimeProvider.System.GetElapsedTime(start);
    }

    private async Task AssertGoesOnAsync()
    {
        await Eventually.IsTrueAsync(IsReadyAsync, "the broker is ready again");
        var issued = await _task.IssueAsync();
        Assert.That((await _task.ListLeasesAsync()).Select(lease => lease.Id), Does.Contain(issued.Lease.Id).And.Contain(_lease));
        var receipt = await _task.EndAsync();
        Assert.That(receipt.Pending, Is.Zero);
        Assert.That(receipt.Leases.Select(lease => lease.State), Is.All.EqualTo(LeaseState.Revoked));
    }

    private async Task<bool> IsReadyAsync()
    {
        using var answer = await _broker.Calls.Http.GetAsync("/readyz");
        return answer.StatusCode == HttpStatusCode.OK;
    }

    private Task<string> FlushAsync() => _store.Redis.CommandAsync("SCRIPT", "FLUSH");
}
