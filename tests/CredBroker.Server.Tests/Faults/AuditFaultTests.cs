using System.Net;
using CredBroker.Protocol.V1;
using CredBroker.Server.Audit;
using CredBroker.Server.Tests.Api;
using CredBroker.Server.Tests.Audit;
using CredBroker.Testing.Broker;
using CredBroker.Testing.Verification;
using Grpc.Core;
using Microsoft.Extensions.DependencyInjection;
using V1 = CredBroker.Protocol.V1;

namespace CredBroker.Server.Tests.Faults;

/// <summary>A disk that fails under the audit trail: nothing is issued, everything can still be ended, and what is owed is written later.</summary>
[TestFixture, Category("Fault")]
internal sealed class AuditFaultTests
{
    private OwnStore _store = null!;
    private FaultyDisk _disk = null!;
    private InProcessBroker _broker = null!;
    private OpenedTask _task = null!;

    [SetUp]
    public async Task StartAsync()
    {
        _store = await OwnStore.StartAsync();
        _disk = new FaultyDisk();
        _broker = await InProcessBroker.StartAsync(_store.Site, builder => builder.Services.AddSingleton<IAuditDisk>(_disk));
        _task = await _broker.Calls.OpenAsync();
    }

    [TearDown]
    public async Task StopAsync()
    {
        _disk?.LetFlushesGo();
        if (_broker is not null) await _broker.DisposeAsync();
        _disk?.Dispose();
        if (_store is not null) await _store.DisposeAsync();
    }

    [Test]
    public async Task Issue_DiskFails_RefusedAndNoLiveLease()
    {
        Break();

        var refusal = await Refused.WithAsync(StatusCode.Unavailable, "AUDIT_UNAVAILABLE", () => _task.IssueAsync());

        Assert.That(Refused.RetryOf(refusal), Is.GreaterThan(TimeSpan.Zero));
        Assert.That(
            (await _task.ListLeasesAsync()).Select(lease => (lease.State, lease.EndReason)),
            Is.All.EqualTo((LeaseState.Revoked, V1.EndReason.Abandoned)));
        using var ready = await _broker.Calls.Http.GetAsync("/readyz");
        Assert.That(ready.StatusCode, Is.EqualTo(HttpStatusCode.ServiceUnavailable));
        Assert.That((await _broker.Calls.Governance.GetStatusAsync(new GetStatusRequest())).Ready, Is.False);
    }

    [Test]
    public async Task Issue_DiskFails_TheWorkloadsPlaceIsGivenBack()
    {
        Break();
        await Refused.WithAsync(StatusCode.Unavailable, "AUDIT_UNAVAILABLE", () => _task.IssueAsync("orders-scarce"));
        await MendAsync();

        Assert.That((await _task.IssueAsync("orders-scarce")).Lease.State, Is.EqualTo(LeaseState.Active));
    }

    [Test]
    public async Task OpenTask_DiskFails_RefusedAndTheTaskIsOfNoUse()
    {
        var request = _broker.Calls.OpenRequest("agent/named");
        request.TaskRef = "run-1";
        Break();

        await Refused.WithAsync(StatusCode.Unavailable, "AUDIT_UNAVAILABLE", () => _broker.Calls.OpenAsync(request));

        await MendAsync();
        Assert.That(_store.Site.ReadAudit().Count(line => (string?)line["type"] == "task_opened"), Is.EqualTo(1));
    }

    [Test]
    public async Task OpenTask_RetriedAfterTheDiskFailed_Opened()
    {
        var request = _broker.Calls.OpenRequest("agent/named");
        request.TaskRef = "run-1";
        Break();
        await Refused.WithAsync(StatusCode.Unavailable, "AUDIT_UNAVAILABLE", () => _broker.Calls.OpenAsync(request));
        await MendAsync();

        var opened = await _broker.Calls.OpenAsync(request);

        Assert.That((await opened.IssueAsync()).Lease.State, Is.EqualTo(LeaseState.Active));
        Assert.That(Lines("task_opened", "task"), Does.Contain(opened.Id));
    }

    [Test]
    public async Task OpenTask_ReplyLostAndTheDiskFailsAtTheRetry_TheTaskLivesOn()
    {
        var request = _broker.Calls.OpenRequest("agent/named");
        request.TaskRef = "run-1";
        var lost = await _broker.Calls.OpenAsync(request);
        Break();
        await Refused.WithAsync(StatusCode.Unavailable, "AUDIT_UNAVAILABLE", () => _broker.Calls.OpenAsync(request));
        await MendAsync();

        var opened = await _broker.Calls.OpenAsync(request);

        Assert.That((opened.Id, opened.Task.State), Is.EqualTo((lost.Id, TaskState.Open)));
        Assert.That((await opened.IssueAsync()).Lease.State, Is.EqualTo(LeaseState.Active));
        Assert.That(Lines("task_reopened", "task"), Is.EqualTo(new[] { lost.Id }));
    }

    [Test]
    public async Task Issue_RetriedAfterTheDiskFailed_Issued()
    {
        Break();
        await Refused.WithAsync(StatusCode.Unavailable, "AUDIT_UNAVAILABLE", () => _task.IssueAsync(key: "attempt-1"));
        await MendAsync();

        var issued = await _task.IssueAsync(key: "attempt-1");

        Assert.That(issued.Lease.State, Is.EqualTo(LeaseState.Active));
        Assert.That((await _task.IssueAsync(key: "attempt-1")).Lease.Id, Is.EqualTo(issued.Lease.Id));
    }

    [Test]
    public async Task Issue_ReplyLostAndTheDiskFailsAtTheRetry_TheLeaseLivesOn()
    {
        var lost = await _task.IssueAsync(key: "attempt-1");
        Break();
        await Refused.WithAsync(StatusCode.Unavailable, "AUDIT_UNAVAILABLE", () => _task.IssueAsync(key: "attempt-1"));
        await MendAsync();

        Assert.That((await _task.IssueAsync(key: "attempt-1")).Lease, Is.EqualTo(lost.Lease));
    }

    [Test]
    public async Task Issue_AnotherRequestUnderTheKeyOfOneThatNeverWas_Issued()
    {
        Break();
        await Refused.WithAsync(StatusCode.Unavailable, "AUDIT_UNAVAILABLE", () => _task.IssueAsync(key: "attempt-1"));
        await MendAsync();

        Assert.That((await _task.IssueAsync("invoices-api", key: "attempt-1")).Lease.State, Is.EqualTo(LeaseState.Active));
    }

    [Test]
    public async Task IssueAndOpenTask_TrailKnownToBeDown_NothingIsStored()
    {
        Break();
        await Refused.WithAsync(StatusCode.Unavailable, "AUDIT_UNAVAILABLE", () => _task.IssueAsync());
        var before = await _store.Redis.CommandAsync("DBSIZE");

        var issue = await Refused.WithAsync(StatusCode.Unavailable, "AUDIT_UNAVAILABLE", () => _task.IssueAsync());
        var open = await Refused.WithAsync(StatusCode.Unavailable, "AUDIT_UNAVAILABLE", () => _broker.Calls.OpenAsync());

        Assert.That(await _store.Redis.CommandAsync("DBSIZE"), Is.EqualTo(before));
        Assert.That(Refused.RetryOf(issue), Is.GreaterThan(TimeSpan.Zero));
        Assert.That(Refused.RetryOf(open), Is.GreaterThan(TimeSpan.Zero));
    }

    [Test]
    public async Task Renew_DiskFails_RefusedAndNoLongerLife()
    {
        var issued = await _task.IssueAsync(ttl: TimeSpan.FromMinutes(1));
        Break();

        await Refused.WithAsync(
            StatusCode.Unavailable, "AUDIT_UNAVAILABLE",
            () => _broker.Calls.Credentials.RenewAsync(new RenewRequest { LeaseId = issued.Lease.Id }, _task.Auth).ResponseAsync);

        Assert.That((await _task.GetLeaseAsync(issued.Lease.Id)).ExpiresAt, Is.EqualTo(issued.Lease.ExpiresAt));
    }

    [Test]
    public async Task EndingAndReleasing_DiskFails_GoOnAndAreOnRecordLater()
    {
        string[] leases = [(await _task.IssueAsync()).Lease.Id, (await _task.IssueAsync()).Lease.Id];
        Break();

        var released = await _broker.Calls.Credentials.ReleaseAsync(new ReleaseRequest { LeaseId = leases[0] }, _task.Auth);
        var receipt = await _task.EndAsync();

        Assert.That(released.Lease.State, Is.EqualTo(LeaseState.Revoked));
        Assert.That((receipt.Total, receipt.Pending), Is.EqualTo((2, 0)));
        await MendAsync();
        await Eventually.IsTrueAsync(
            () => leases.All(Lines("lease_revoked").Contains) && Lines("task_sealed", "task").Contains(_task.Id), "what was owed is on record", TimeSpan.FromSeconds(40));
    }

    [Test]
    public async Task Issue_CallerGoneWhileTheDiskHangs_IssueIsCarriedToItsEnd()
    {
        _disk.HoldFlushes();
        using var gone = new CancellationTokenSource();
        var call = _broker.Calls.Credentials.IssueAsync(new IssueRequest { Template = "orders-api" }, _task.Auth, cancellationToken: gone.Token);
        await Eventually.IsTrueAsync(async () => (await _task.ListLeasesAsync()).Count == 1, "the lease is recorded");

        await gone.CancelAsync();
        await Refused.CatchAsync(() => call.ResponseAsync);
        _disk.LetFlushesGo();

        await Eventually.IsTrueAsync(() => Lines("issue_allowed").Count() == 1, "the decision is on record");
        Assert.That((await _task.ListLeasesAsync())[0].State, Is.EqualTo(LeaseState.Active));
        Assert.That((await _task.EndAsync()).Confirmed, Is.EqualTo(1));
    }

    private void Break() => (_disk.FlushesToFail, _disk.OpensToFail) = (int.MaxValue, int.MaxValue);

    private async Task MendAsync()
    {
        (_disk.FlushesToFail, _disk.OpensToFail) = (0, 0);
        await Eventually.IsTrueAsync(
            async () => (await _broker.Calls.Governance.GetStatusAsync(new GetStatusRequest())).Ready, "the trail is written again", TimeSpan.FromSeconds(30));
    }

    private IEnumerable<string> Lines(string type, string member = "lease") =>
        _store.Site.ReadAudit().Where(line => (string?)line["type"] == type).Select(line => (string)line[member]!);
}
