using CredBroker.Protocol.V1;
using CredBroker.Testing.Broker;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;

namespace CredBroker.Server.Tests.Api;

/// <summary>What one task can do to another: nothing. Both belong to the same workload, the hardest case.</summary>
[TestFixture, Category("Server")]
internal sealed class IsolationTests : ServerFixture
{
    private OpenedTask _victim = null!;
    private OpenedTask _thief = null!;
    private string _lease = "";

    [SetUp]
    public async Task OpenBothAsync()
    {
        // Both lie in one bucket of the store, so that nothing but ownership keeps them apart.
        var workload = BrokerCalls.SomeAgent();
        var subject = $"spiffe://acme.test/{workload}";
        var bucket = Buckets.Of("payments", subject, "victim");
        var thief = Enumerable.Range(0, int.MaxValue).Select(i => $"thief-{i}").First(name => Buckets.Of("payments", subject, name) == bucket);
        _victim = await OpenNamedAsync(workload, "victim");
        _thief = await OpenNamedAsync(workload, thief);
        _lease = (await _victim.IssueAsync()).Lease.Id;
    }

    [TearDown]
    public async Task TheVictimIsUnharmedAsync()
    {
        Assert.That((await _victim.GetLeaseAsync(_lease)).State, Is.EqualTo(LeaseState.Active));
        Assert.That((await _victim.ReadAsync()).State, Is.EqualTo(TaskState.Open));
        await _thief.EndAsync();
        await _victim.EndAsync();
    }

    [Test]
    public async Task TwoTasks_SameTemplate_NeverShareACredential()
    {
        var issued = await _thief.IssueAsync(key: "same");
        var other = await _victim.IssueAsync(key: "same");

        Assert.That(issued.Lease.Id, Is.Not.EqualTo(other.Lease.Id));
        Assert.That(issued.Credential.AccessToken.Value, Is.Not.EqualTo(other.Credential.AccessToken.Value));
    }

    [Test]
    public Task GetLease_OfAnotherTask_LeaseNotFound() =>
        Refused.WithAsync(StatusCode.NotFound, "LEASE_NOT_FOUND", () => _thief.GetLeaseAsync(_lease));

    [Test]
    public Task Renew_LeaseOfAnotherTask_LeaseNotFound() => Refused.WithAsync(
        StatusCode.NotFound, "LEASE_NOT_FOUND", () => Calls.Credentials.RenewAsync(new RenewRequest { LeaseId = _lease }, _thief.Auth).ResponseAsync);

    [Test]
    public Task Release_LeaseOfAnotherTask_LeaseNotFound() => Refused.WithAsync(
        StatusCode.NotFound, "LEASE_NOT_FOUND", () => Calls.Credentials.ReleaseAsync(new ReleaseRequest { LeaseId = _lease }, _thief.Auth).ResponseAsync);

    [Test]
    public async Task ListLeases_NamingAnotherTask_Nothing()
    {
        Assert.That(await _thief.ListLeasesAsync(), Is.Empty);
        Assert.That(await _thief.ListLeasesAsync(new ListLeasesRequest { Selector = new LeaseSelector { TaskId = _victim.Id } }), Is.Empty);
        Assert.That(await _thief.ListLeasesAsync(new ListLeasesRequest { Selector = new LeaseSelector { LeaseId = _lease } }), Is.Empty);
    }

    [Test]
    public Task ListLeases_PageTokenOfAnotherTask_Refused() =>
        Refused.ForFieldAsync("page_token", () => _thief.ListLeasesAsync(new ListLeasesRequest { PageToken = $"{_victim.Id}.0" }));

    [Test]
    public Task GetTask_Another_TaskNotFound() => Refused.WithAsync(StatusCode.NotFound, "TASK_NOT_FOUND", () => _thief.ReadAsync(_victim.Id));

    [Test]
    public Task EndTask_Another_TaskNotFound() => Refused.WithAsync(StatusCode.NotFound, "TASK_NOT_FOUND", () => _thief.EndAsync(taskId: _victim.Id));

    [Test]
    public Task Heartbeat_ForAnother_TaskNotFound() => Refused.WithAsync(
        StatusCode.NotFound, "TASK_NOT_FOUND", () => Calls.Tasks.HeartbeatAsync(new HeartbeatRequest { TaskId = _victim.Id }, _thief.Auth).ResponseAsync);

    [Test]
    public async Task AnyCall_OwnSecretUnderAnothersTaskId_TaskTokenInvalid()
    {
        var forged = _thief with { Token = $"cbt_{_victim.Id}.{_thief.Token.Split('.')[1]}" };

        Func<Task>[] calls =
        [
            () => forged.IssueAsync(), () => forged.GetLeaseAsync(_lease), () => forged.ListLeasesAsync(), () => forged.ReadAsync(), () => forged.EndAsync(),
            () => Calls.Credentials.RenewAsync(new RenewRequest { LeaseId = _lease, Ttl = Duration.FromTimeSpan(TimeSpan.FromMinutes(1)) }, forged.Auth).ResponseAsync,
            () => Calls.Credentials.ReleaseAsync(new ReleaseRequest { LeaseId = _lease }, forged.Auth).ResponseAsync,
            () => Calls.Tasks.HeartbeatAsync(new HeartbeatRequest(), forged.Auth).ResponseAsync,
            () => KeepAliveAsync(forged),
        ];
        foreach (var call in calls) await Refused.WithAsync(StatusCode.Unauthenticated, "TASK_TOKEN_INVALID", call);
    }

    [Test]
    public async Task ChildOfTheThief_CannotReachTheVictimEither()
    {
        var request = Calls.OpenRequest();
        request.ParentTaskToken = _thief.Token;
        request.Delegation.Add(new Delegation { Template = "orders-api" });
        var child = await Calls.OpenAsync(request);

        await Refused.WithAsync(StatusCode.NotFound, "LEASE_NOT_FOUND", () => child.GetLeaseAsync(_lease));
        await Refused.WithAsync(StatusCode.NotFound, "TASK_NOT_FOUND", () => child.ReadAsync(_victim.Id));
        await Refused.WithAsync(StatusCode.NotFound, "TASK_NOT_FOUND", () => child.ReadAsync(_thief.Id));
        await Refused.WithAsync(StatusCode.NotFound, "TASK_NOT_FOUND", () => child.EndAsync(taskId: _thief.Id));
    }

    private Task<OpenedTask> OpenNamedAsync(string workload, string name)
    {
        var request = Calls.OpenRequest(workload);
        request.TaskRef = name;
        return Calls.OpenAsync(request);
    }

    private static async Task KeepAliveAsync(OpenedTask task)
    {
        using var stream = task.Calls.Tasks.KeepAlive(task.Auth);
        await stream.RequestStream.WriteAsync(new KeepAliveRequest());
        await stream.ResponseStream.MoveNext();
    }
}
