using CredBroker.Protocol.V1;
using CredBroker.Testing.Broker;
using CredBroker.Testing.Verification;
using Grpc.Core;
using V1 = CredBroker.Protocol.V1;

namespace CredBroker.Server.Tests.Faults;

/// <summary>While the store or the broker is away no heartbeat can come. That ends no task that is alive, and keeps none that is dead.</summary>
[TestFixture, Category("Fault")]
internal sealed class HeartbeatGraceTests
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(8);
    private OwnStore _store = null!;
    private BrokerProcess _broker = null!;
    private OpenedTask _task = null!;
    private string _brief = "";

    [SetUp]
    public async Task StartStoreAsync() => _store = await OwnStore.StartAsync();

    [TearDown]
    public async Task StopAsync()
    {
        if (_broker is not null) await _broker.DisposeAsync();
        if (_store is not null) await _store.DisposeAsync();
    }

    [Test]
    public async Task StoreAway_LongerThanTheInterval_LeasesExpireAndTheTaskLivesUntilItMissesAWholeOne()
    {
        await StartAsync();
        _store.Redis.Pause();
        await UntilTheDeadlineAsync();

        _store.Redis.Continue();

        await AssertLivesOnAsync();
    }

    [Test]
    public async Task BrokerAway_LongerThanTheInterval_LeasesExpireAndTheTaskLivesUntilItMissesAWholeOne()
    {
        await StartAsync();
        await _broker.KillAsync();
        await UntilTheDeadlineAsync();

        await StartAgainAsync();

        await AssertLivesOnAsync();
    }

    [Test]
    public async Task BrokerAway_LongerThanADeadlineMayMove_TheTaskIsOver()
    {
        _store.Site.Settings["Storage:Redis:HeartbeatGrace"] = "00:00:00.5";
        await StartAsync();
        await _broker.KillAsync();
        await UntilTheDeadlineAsync();

        await StartAgainAsync();

        await UntilLostAsync(Eventually.Patience);
    }

    private async Task StartAsync()
    {
        _broker = await BrokerProcess.StartAsync(_store.Site);
        _task = await _broker.Calls.OpenAsync(BrokerCalls.SomeAgent(), heartbeat: Interval);
        _brief = (await _task.IssueAsync("orders-brief")).Lease.Id;
    }

    private async Task StartAgainAsync()
    {
        await _broker.DisposeAsync();
        _broker = await BrokerProcess.StartAsync(_store.Site);
        _task = _task.At(_broker);
    }

    /// <summary>Waits until the deadline has passed, and a second more.</summary>
    private Task UntilTheDeadlineAsync()
    {
        var past = _task.Task.HeartbeatDeadline.ToDateTimeOffset() + TimeSpan.FromSeconds(1);
        return Eventually.IsTrueAsync(() => TimeProvider.System.GetUtcNow() > past, "the deadline has passed", Interval * 2);
    }

    private async Task AssertLivesOnAsync()
    {
        // TTLs do not move; once this one has been met, everything that was due has been looked at.
        await Eventually.IsTrueAsync(async () => await StateOfBriefAsync() == LeaseState.Revoked, "what had expired is revoked");
        Assert.That((await _task.ReadAsync()).State, Is.EqualTo(TaskState.Open));
        var beat = await _broker.Calls.Tasks.HeartbeatAsync(new HeartbeatRequest(), _task.Auth);
        Assert.That(beat.HeartbeatDeadline, Is.GreaterThan(_task.Task.HeartbeatDeadline));
        Assert.That((await _task.IssueAsync()).Lease.State, Is.EqualTo(LeaseState.Active));

        await UntilLostAsync(Interval + Eventually.Patience);
    }

    private async Task UntilLostAsync(TimeSpan patience)
    {
        await Eventually.IsTrueAsync(async () => (await _task.ReadAsync()).State != TaskState.Open, "the task is over", patience);
        Assert.That((await _task.ReadAsync()).EndReason, Is.EqualTo(V1.EndReason.HeartbeatLost));
    }

    private async Task<LeaseState> StateOfBriefAsync()
    {
        try
        {
            return (await _task.GetLeaseAsync(_brief)).State;
        }
        catch (RpcException away) when (away.StatusCode == StatusCode.Unavailable)
        {
            return LeaseState.Unspecified;
        }
    }
}
