using CredBroker.Protocol.V1;
using CredBroker.Server.Tests.Api;
using CredBroker.Server.Tests.Revocation;
using CredBroker.Testing.Broker;
using CredBroker.Testing.Stores;
using CredBroker.Testing.Verification;
using Grpc.Core;
using V1 = CredBroker.Protocol.V1;

namespace CredBroker.Server.Tests.Containment;

/// <summary>Two brokers on one Redis; the rules of some agents have them in quarantine who are refused too often, over all their tasks.</summary>
[TestFixture, Category("Server"), Parallelizable(ParallelScope.Self)]
internal sealed class WorkloadQuarantineTests
{
    private const int Most = 6;
    private const string Alone = "agent/alone";
    private const string Raced = "agent/raced";

    private RedisServerProcess _redis = null!;
    private BrokerSite _site = null!;
    private BrokerSite _otherSite = null!;
    private BrokerProcess _broker = null!;
    private BrokerProcess _other = null!;
    private Responder _responder = null!;

    [OneTimeSetUp]
    public async Task StartAsync()
    {
        _redis = await OwnRedis.StartAsync();
        _site = new BrokerSite(_redis.ConnectionString);
        _otherSite = new BrokerSite(_redis.ConnectionString);
        foreach (var site in new[] { _site, _otherSite })
        {
            site.Settings["Containment:RefusalsPerWorkload"] = "6";
            foreach (var workload in new[] { Alone, Raced }) WriteRule(site, workload);
        }

        _otherSite.Settings["Attestation:SpiffeJwt:TrustDomains:0:BundleFile"] = _site.BundleFile;
        _broker = await BrokerProcess.StartAsync(_site);
        _other = await BrokerProcess.StartAsync(_otherSite);
        _responder = new Responder(_site, _broker);
    }

    [OneTimeTearDown]
    public async Task StopAsync()
    {
        if (_broker is not null) await _broker.DisposeAsync();
        if (_other is not null) await _other.DisposeAsync();
        _site?.Dispose();
        _otherSite?.Dispose();
        if (_redis is not null) await _redis.DisposeAsync();
    }

    [Test]
    public async Task TooManyRefusals_AllTasksAreCutOffEverywhereUntilAnOperatorReleasesTheWorkload()
    {
        const string workload = Alone;
        var (first, second, quiet) = (await _broker.Calls.OpenAsync(workload), await _broker.Calls.OpenAsync(workload), await _broker.Calls.OpenAsync(workload));
        var lease = (await quiet.IssueAsync()).Lease.Id;
        for (var i = 0; i < Most - 1; i++) await DenyAsync(i % 2 == 0 ? first : second.At(_other));
        Assert.That((await quiet.GetLeaseAsync(lease)).State, Is.EqualTo(LeaseState.Active), "not yet");

        await DenyAsync(second);

        foreach (var task in new[] { first, quiet, quiet.At(_other), await _broker.Calls.OpenAsync(workload) })
        {
            await QuarantinedAsync(() => task.IssueAsync());
            await QuarantinedAsync(() => task.IssueAsync(Denied));
            await QuarantinedAsync(async () => await task.Calls.Credentials.AuthorizeToolCallAsync(
                new AuthorizeToolCallRequest { Tool = "search", Capability = Capability.Read, Target = "orders-api" }, task.Auth));
            await QuarantinedAsync(() => OpenBelowAsync(task));
        }

        await quiet.UntilLeaseAsync(lease, LeaseState.Revoked);
        Assert.That((await quiet.GetLeaseAsync(lease)).EndReason, Is.EqualTo(V1.EndReason.Quarantined));
        await QuarantinedAsync(async () => await quiet.Calls.Credentials.RenewAsync(new RenewRequest { LeaseId = lease }, quiet.Auth));
        Assert.That((await (await _broker.Calls.OpenAsync()).IssueAsync()).Lease.State, Is.EqualTo(LeaseState.Active), "another workload is not touched");

        var quarantine = await FindAsync(workload);
        Assert.That((quarantine.TaskId, quarantine.Tenant, quarantine.Refusals, quarantine.LastReason), Is.EqualTo(("", "payments", Most, "CAPABILITY_NOT_OFFERED")));
        await _responder.UntilAsync(quarantine.OrderId, order => order.State == V1.RevocationOrder.Types.State.Done);
        await Refused.WithAsync(
            StatusCode.InvalidArgument, "INVALID_REQUEST",
            async () => await _responder.Calls.LiftFenceAsync(new LiftFenceRequest { FenceId = quarantine.FenceId, Reason = "contained" }, _responder.Auth));
        await quiet.EndAsync();
        Assert.That((await FindAsync(workload)).FenceId, Is.EqualTo(quarantine.FenceId), "that a task is over ends nothing");

        await ReleaseAsync(Release(quarantine));

        Assert.That((await first.IssueAsync()).Lease.State, Is.EqualTo(LeaseState.Active));
        Assert.That((await second.At(_other).IssueAsync()).Lease.State, Is.EqualTo(LeaseState.Active));
        Assert.That(Lines("workload_quarantined", workload), Is.EqualTo(1));
        Assert.That(Lines("quarantine_release_allowed", workload), Is.EqualTo(1));
        Assert.That(Lines("workload_alarmed", workload), Is.Zero);
        await Refused.WithAsync(StatusCode.InvalidArgument, "INVALID_REQUEST", () => ReleaseAsync(Release(quarantine)));
    }

    [Test]
    public async Task TooManyRefusals_WhereTheRuleDoesNotSaySo_AlarmAlone()
    {
        var workload = BrokerCalls.SomeAgent("carrier");
        for (var task = 0; task < 2; task++)
        {
            var opened = await _broker.Calls.OpenAsync(workload);
            for (var i = 0; i < 4; i++) await DenyAsync(opened, "parcels-api");
        }

        Assert.That((await (await _broker.Calls.OpenAsync(workload)).IssueAsync("parcels-api")).Lease.State, Is.EqualTo(LeaseState.Active));
        Assert.That((Lines("workload_alarmed", workload), Lines("workload_quarantined", workload)), Is.EqualTo((1, 0)));
    }

    [Test]
    public async Task TwoBrokersAtOnce_RaiseOneQuarantine()
    {
        const string workload = Raced;
        var tasks = new List<OpenedTask>();
        for (var i = 0; i < 8; i++) tasks.Add(await _broker.Calls.OpenAsync(workload));

        await Task.WhenAll(Enumerable.Range(0, 24).Select(number => TryAsync(number % 2 == 0 ? tasks[number % 8] : tasks[number % 8].At(_other))));

        var quarantine = await FindAsync(workload);
        var fences = (await _responder.Calls.ListFencesAsync(new ListFencesRequest(), _responder.Auth)).Fences;
        Assert.That(fences.Count(fence => fence.Selectors.Any(selector => selector.Workload == quarantine.Workload)), Is.EqualTo(1));
        await Eventually.IsTrueAsync(() => Lines("workload_quarantined", workload) == 1, "it is on record");
    }

    [Test]
    public async Task Release_BadlyAskedFor_Refused()
    {
        var workload = BrokerCalls.SomeAgent();
        var task = await _broker.Calls.OpenAsync(workload);
        for (var i = 0; i < 5; i++) await DenyAsync(task);
        var subject = $"spiffe://acme.test/{workload}";
        var viewer = new Responder(_site, _broker, "viewer");

        ReleaseQuarantineRequest[] bad =
        [
            new() { Tenant = "payments", Workload = subject, Reason = "no quarantine" },
            new() { Tenant = "payments", Workload = subject },
            new() { Workload = subject, Reason = "no tenant" },
            new() { Tenant = "payments", Reason = "neither" },
            new() { TaskId = "tsk_00", Tenant = "payments", Workload = subject, Reason = "both" },
            new() { TaskId = task.Id, Tenant = "payments", Reason = "a task has one tenant" },
            new() { Tenant = new string('t', 5_000), Workload = subject, Reason = "long" },
        ];
        foreach (var request in bad) await Refused.WithAsync(StatusCode.InvalidArgument, "INVALID_REQUEST", () => ReleaseAsync(request));
        await Refused.WithAsync(
            StatusCode.PermissionDenied, "OPERATOR_ROLE_REQUIRED", async () => await _responder.Calls.ReleaseQuarantineAsync(bad[0], viewer.Auth));
    }

    private static IssueRequest Denied => new() { Template = "orders-brief", Capabilities = { Capability.Write } };

    private static void WriteRule(BrokerSite site, string workload) => File.WriteAllText(
        Path.Combine(site.CatalogueFolder, workload.Replace('/', '-') + ".yaml"),
        $$"""
        apiVersion: credbroker/v1
        kind: WorkloadRule
        metadata: { name: {{workload.Replace('/', '-')}}, owner: payments }
        spec:
          match: { attestor: spiffe_jwt, subject: "spiffe://acme.test/{{workload}}" }
          workload: { tenant: payments, kind: agent, containment: quarantine }
        """);

    private static ReleaseQuarantineRequest Release(Quarantine quarantine) =>
        new() { Tenant = quarantine.Tenant, Workload = quarantine.Workload, Reason = "a wrong template name" };

    private static Task<RpcException> DenyAsync(OpenedTask task, string template = "orders-brief") => Refused.WithAsync(
        StatusCode.PermissionDenied, "CAPABILITY_NOT_OFFERED", () => task.IssueAsync(new IssueRequest { Template = template, Capabilities = { Capability.Write } }));

    private static Task<RpcException> QuarantinedAsync(Func<Task> call) => Refused.WithAsync(StatusCode.PermissionDenied, "QUARANTINED", call);

    private static async Task TryAsync(OpenedTask task)
    {
        try
        {
            await task.IssueAsync(Denied);
        }
        catch (RpcException refusal) when (refusal.StatusCode == StatusCode.PermissionDenied)
        {
            // Which of the two reasons, chance decides.
        }
    }

    private Task<OpenedTask> OpenBelowAsync(OpenedTask parent)
    {
        var request = _broker.Calls.OpenRequest();
        request.ParentTaskToken = parent.Token;
        request.Delegation.Add(new Delegation { Template = "orders-api" });
        return parent.Calls.OpenAsync(request);
    }

    private async Task<Quarantine> FindAsync(string workload)
    {
        var all = (await _responder.Calls.ListQuarantinesAsync(new ListQuarantinesRequest(), _responder.Auth)).Quarantines;
        return all.Single(one => one.TaskId.Length == 0 && one.Workload.EndsWith(workload, StringComparison.Ordinal));
    }

    private async Task ReleaseAsync(ReleaseQuarantineRequest request) => await _responder.Calls.ReleaseQuarantineAsync(request, _responder.Auth);

    private int Lines(string type, string workload) => _site.ReadAudit().Concat(_otherSite.ReadAudit()).Count(line =>
        (string?)line["type"] == type && ((string?)line["details"]?["workload"])?.EndsWith(workload, StringComparison.Ordinal) == true);
}
