using System.Text.Json.Nodes;
using CredBroker.Protocol.V1;
using CredBroker.Server.Tests.Api;
using CredBroker.TestHost;
using CredBroker.Testing.Broker;
using CredBroker.Testing.Verification;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using V1 = CredBroker.Protocol.V1;

namespace CredBroker.Server.Tests.Faults;

/// <summary>A backend that is away, slow or asked by two: what cannot be revoked is never shown as revoked, and nothing is forgotten.</summary>
[TestFixture, Category("Fault")]
internal sealed class BackendFaultTests
{
    private CrashBench _bench = null!;
    private BrokerProcess _broker = null!;
    private OpenedTask _task = null!;

    [SetUp]
    public async Task StartAsync()
    {
        _bench = await CrashBench.StartAsync();
        _broker = await _bench.StartBrokerAsync();
        _task = await _broker.Calls.OpenAsync();
    }

    [TearDown]
    public async Task StopAsync()
    {
        if (_bench is not null) await _bench.DisposeAsync();
    }

    [Test]
    public async Task Issue_BackendAway_RefusedAndTheLeaseIsVoided()
    {
        _bench.Service.IsDown = true;

        var refusal = await Refused.WithAsync(StatusCode.Unavailable, "BACKEND_UNAVAILABLE", () => _task.IssueAsync("scripted"));

        Assert.That(Refused.RetryOf(refusal), Is.GreaterThan(TimeSpan.Zero));
        var lease = (await _task.ListLeasesAsync()).Single();
        Assert.That((lease.State, lease.EndReason), Is.EqualTo((LeaseState.Revoking, V1.EndReason.Abandoned)));
        _bench.Service.IsDown = false;
        await _task.UntilLeaseAsync(lease.Id, LeaseState.Revoked);
    }

    [Test]
    public async Task Issue_RetriedAfterTheBackendWasAway_Issued()
    {
        _bench.Service.IsDown = true;
        await Refused.WithAsync(StatusCode.Unavailable, "BACKEND_UNAVAILABLE", () => _task.IssueAsync("scripted", key: "attempt-1"));
        _bench.Service.IsDown = false;

        var issued = await _task.IssueAsync("scripted", key: "attempt-1");

        Assert.That(issued.Lease.State, Is.EqualTo(LeaseState.Active));
        Assert.That(_bench.Service.Credentials, Has.Count.EqualTo(1));
    }

    [Test]
    public async Task Issue_BackendAway_TheTrailSaysThatNothingWasIssuedAndHowTheLeaseEnded()
    {
        _bench.Service.IsDown = true;

        await Refused.WithAsync(StatusCode.Unavailable, "BACKEND_UNAVAILABLE", () => _task.IssueAsync("scripted"));

        var lease = (await _task.ListLeasesAsync()).Single().Id;
        Assert.That(LinesOf("not_issued", _bench.Site).Select(line => ((string)line["lease"]!, (string?)line["reason"])), Is.EqualTo(new[] { (lease, "BACKEND_UNAVAILABLE") }));
        // What a dead broker owed is written after ten seconds; a living one need not wait for that.
        await Eventually.IsTrueAsync(
            () => LinesOf("lease_revoking", _bench.Site).Any(line => (string?)line["lease"] == lease), "its end is on record", TimeSpan.FromSeconds(8));
    }

    [Test]
    public async Task EndTask_BackendAway_PendingUntilItIsBack()
    {
        var secret = (await _task.IssueAsync("scripted")).Lease.Id;
        var token = (await _task.IssueAsync()).Lease.Id;
        _bench.Service.IsDown = true;

        var receipt = await _task.EndAsync();

        Assert.That((receipt.Total, receipt.Confirmed, receipt.Pending), Is.EqualTo((2L, 1L, 1L)));
        Assert.That((await _task.GetLeaseAsync(token)).State, Is.EqualTo(LeaseState.Revoked));
        Assert.That((await _task.GetLeaseAsync(secret)).State, Is.EqualTo(LeaseState.Revoking));
        Assert.That(_bench.Service.Credentials, Has.Count.EqualTo(1));
        _bench.Service.IsDown = false;
        await _task.UntilLeaseAsync(secret, LeaseState.Revoked);
        Assert.That(_bench.Service.Credentials, Is.Empty);
        Assert.That((await _task.EndAsync()).Pending, Is.Zero);
    }

    [Test]
    public async Task EndTask_WhileACredentialIsBeingMade_TheEndWins()
    {
        _bench.Service.Hold(ScriptedService.Mint);
        var issue = _task.IssueAsync("scripted");
        await Eventually.IsTrueAsync(() => _bench.Service.Handles.Count == 1, "the handle is made");
        await _task.EndAsync();

        _bench.Service.LetGo(ScriptedService.Mint);

        await Refused.WithAsync(StatusCode.FailedPrecondition, "TASK_ENDED", () => issue);
        await _task.UntilLeaseAsync((await _task.ListLeasesAsync()).Single().Id, LeaseState.Revoked);
        Assert.That(_bench.Service.Credentials, Is.Empty);
        Assert.That(_bench.Service.Handles, Is.Empty);
    }

    [Test]
    public async Task EndTask_Wait_ComesBackWhenTheBackendHasConfirmed()
    {
        await _task.IssueAsync("scripted");

        var ended = await _broker.Calls.Tasks.EndTaskAsync(new EndTaskRequest { Wait = Duration.FromTimeSpan(TimeSpan.FromSeconds(20)) }, _task.Auth);

        Assert.That((ended.Receipt.Confirmed, ended.Receipt.Pending), Is.EqualTo((1L, 0L)));
        Assert.That(_bench.Service.Credentials, Is.Empty);
    }

    [Test]
    public async Task Revoke_OneHangs_TheOthersOfTheBackendGoOn()
    {
        var hanging = (await _task.IssueAsync("scripted")).Lease.Id;
        var handle = _bench.Service.Handles.Single();
        _bench.Service.Hold(ScriptedService.RevokeOf(handle));
        await ReleaseAsync(hanging);
        for (var i = 0; i < 3; i++)
        {
            var other = (await _task.IssueAsync("scripted")).Lease.Id;
            await ReleaseAsync(other);
            await _task.UntilLeaseAsync(other, LeaseState.Revoked);
        }

        Assert.That((await _task.GetLeaseAsync(hanging)).State, Is.EqualTo(LeaseState.Revoking));
        _bench.Service.LetGo(ScriptedService.RevokeOf(handle));
        await _task.UntilLeaseAsync(hanging, LeaseState.Revoked, TimeSpan.FromSeconds(30));
        Assert.That(_broker.Output, Does.Not.Contain("met a fault"));
    }

    [Test]
    public async Task Revoke_TwoBrokers_EachLeaseSettledOnce()
    {
        var leases = new List<string>();
        for (var i = 0; i < 5; i++) leases.Add((await _task.IssueAsync("scripted")).Lease.Id);
        _bench.Service.Hold(ScriptedService.Revoke);
        using var second = new BrokerSite(_bench.Site.Settings["Storage:Redis:ConnectionString"]);
        foreach (var name in _bench.Site.Settings.Keys.Where(name => name.StartsWith("Revocation:", StringComparison.Ordinal))) second.Settings[name] = _bench.Site.Settings[name];
        await using var other = await BrokerProcess.StartAsync(second, "CredBroker.TestHost.dll", _bench.Service.Environment);
        await _task.EndAsync();

        _bench.Service.LetGo(ScriptedService.Revoke);

        foreach (var lease in leases) await _task.UntilLeaseAsync(lease, LeaseState.Revoked);
        Assert.That(_bench.Service.Credentials, Is.Empty);
        await Eventually.IsTrueAsync(() => RevokedLines(second).Concat(RevokedLines(_bench.Site)).Count() >= leases.Count, "every end is on record", TimeSpan.FromSeconds(30));
        Assert.That(RevokedLines(second).Concat(RevokedLines(_bench.Site)), Is.EquivalentTo(leases));
    }

    private static IEnumerable<string> RevokedLines(BrokerSite site) => LinesOf("lease_revoked", site).Select(line => (string)line["lease"]!);

    private static IEnumerable<JsonNode> LinesOf(string type, BrokerSite site) => site.ReadAudit().Where(line => (string?)line["type"] == type);

    private async Task ReleaseAsync(string lease) =>
        await _broker.Calls.Credentials.ReleaseAsync(new ReleaseRequest { LeaseId = lease }, _task.Auth);
}
