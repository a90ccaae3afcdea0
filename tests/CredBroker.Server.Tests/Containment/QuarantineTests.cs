using CredBroker.Protocol.V1;
using CredBroker.Server.Tests.Api;
using CredBroker.Server.Tests.Revocation;
using CredBroker.Testing.Broker;
using CredBroker.Testing.Stores;
using CredBroker.Testing.Verification;
using Grpc.Core;
using V1 = CredBroker.Protocol.V1;

namespace CredBroker.Server.Tests.Containment;

/// <summary>Two brokers on one Redis; a task that is refused too often is cut off by both, and stays so until an operator releases it.</summary>
[TestFixture, Category("Server"), Parallelizable(ParallelScope.Self)]
internal sealed class QuarantineTests
{
    private const int Most = 5;

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
        foreach (var site in new[] { _site, _otherSite }) site.Settings["Containment:RefusalsPerWorkload"] = "8";
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
    public async Task TooManyRefusals_EveryCallForMoreIsRefusedEverywhereAndLeasesDie()
    {
        var task = await _broker.Calls.OpenAsync();
        var lease = (await task.IssueAsync()).Lease.Id;
        for (var i = 0; i < Most - 1; i++) await DenyAsync(task);
        Assert.That((await task.GetLeaseAsync(lease)).State, Is.EqualTo(LeaseState.Active), "not yet");

        await DenyAsync(task);

        foreach (var at in new[] { task, task.At(_other) })
        {
            await QuarantinedAsync(() => at.IssueAsync());
            await QuarantinedAsync(() => at.IssueAsync(Denied));
            await QuarantinedAsync(async () => await at.Calls.Credentials.RenewAsync(new RenewRequest { LeaseId = lease }, at.Auth));
            await QuarantinedAsync(async () => await at.Calls.Credentials.AuthorizeToolCallAsync(
                new AuthorizeToolCallRequest { Tool = "search", Capability = Capability.Read, Target = "orders-api" }, at.Auth));
            await QuarantinedAsync(() => OpenBelowAsync(at));
        }

        await task.UntilLeaseAsync(lease, LeaseState.Revoked);
        Assert.That((await task.GetLeaseAsync(lease)).EndReason, Is.EqualTo(V1.EndReason.Quarantined));
        // It stays alive for whoever looks into it, may say what it did and may end.
        await task.Calls.Tasks.HeartbeatAsync(new HeartbeatRequest(), task.Auth);
        Assert.That((await task.ReadAsync()).State, Is.EqualTo(TaskState.Open));
        Assert.That((await task.EndAsync()).Total, Is.EqualTo(1));
    }

    [Test]
    public async Task TooManyRefusals_OfTools_CountToo()
    {
        var task = await _broker.Calls.OpenAsync();
        var child = await OpenBelowAsync(task);
        for (var i = 0; i < Most; i++)
        {
            var answer = await child.Calls.Credentials.AuthorizeToolCallAsync(
                new AuthorizeToolCallRequest { Tool = "search", Capability = Capability.Write, Target = "orders-api" }, child.Auth);
            Assert.That(answer.Decision, Is.EqualTo(AuthorizeToolCallResponse.Types.Decision.Deny));
        }

        await QuarantinedAsync(() => child.IssueAsync());
        Assert.That((await task.IssueAsync()).Lease.State, Is.EqualTo(LeaseState.Active), "what stands above is not touched");
    }

    [Test]
    public async Task TooManyRefusals_WithAParentsToken_QuarantineTheParentAndAllBelow()
    {
        var parent = await _broker.Calls.OpenAsync();
        var child = await OpenBelowAsync(parent);
        var lease = (await child.IssueAsync()).Lease.Id;
        for (var i = 0; i < Most; i++)
            await Refused.WithAsync(StatusCode.PermissionDenied, "CAPABILITY_NOT_OFFERED", () => OpenBelowAsync(parent, "orders-brief"));

        await QuarantinedAsync(() => parent.IssueAsync());
        await QuarantinedAsync(() => child.IssueAsync());
        await QuarantinedAsync(() => child.IssueAsync(Denied));
        await child.UntilLeaseAsync(lease, LeaseState.Revoked);
    }

    [Test]
    public async Task Refusals_OfTheRequestItself_AreNotCounted()
    {
        var task = await _broker.Calls.OpenAsync();
        for (var i = 0; i < 2 * Most; i++)
        {
            await Refused.WithAsync(StatusCode.NotFound, "TEMPLATE_NOT_FOUND", () => task.IssueAsync("nothing"));
            await Refused.WithAsync(StatusCode.Unauthenticated, "TASK_TOKEN_INVALID", () => (task with { Token = task.Token[..^4] + "AAAA" }).IssueAsync(Denied));
        }

        Assert.That((await task.IssueAsync()).Lease.State, Is.EqualTo(LeaseState.Active));
    }

    [Test]
    public async Task TwoBrokersAtOnce_RaiseOneQuarantine()
    {
        var task = await _broker.Calls.OpenAsync();

        await Task.WhenAll(Enumerable.Range(0, 24).Select(number => TryAsync(number % 2 == 0 ? task : task.At(_other))));

        Assert.That((await ListAsync()).Count(quarantine => quarantine.TaskId == task.Id), Is.EqualTo(1));
        var fences = (await _responder.Calls.ListFencesAsync(new ListFencesRequest(), _responder.Auth)).Fences;
        Assert.That(fences.Count(fence => fence.Selectors.Any(selector => selector.TaskId == task.Id)), Is.EqualTo(1));
        await Eventually.IsTrueAsync(
            () => _site.ReadAudit().Concat(_otherSite.ReadAudit()).Count(line => (string?)line["type"] == "task_quarantined" && (string?)line["task"] == task.Id) == 1,
            "it is on record");
    }

    [Test]
    public async Task Release_ByAnOperator_BeginsAnew()
    {
        var task = await QuarantinedTaskAsync();
        var quarantine = (await ListAsync()).Single(one => one.TaskId == task.Id);
        await _responder.UntilAsync(quarantine.OrderId, order => order.State == V1.RevocationOrder.Types.State.Done);
        await Refused.WithAsync(
            StatusCode.InvalidArgument, "INVALID_REQUEST",
            async () => await _responder.Calls.LiftFenceAsync(new LiftFenceRequest { FenceId = quarantine.FenceId, Reason = "contained" }, _responder.Auth));
        await Refused.WithAsync(StatusCode.InvalidArgument, "INVALID_REQUEST", () => ReleaseAsync(task.Id, ""));
        var viewer = new Responder(_site, _broker, "viewer");
        await Refused.WithAsync(
            StatusCode.PermissionDenied, "OPERATOR_ROLE_REQUIRED",
            async () => await _responder.Calls.ReleaseQuarantineAsync(new ReleaseQuarantineRequest { TaskId = task.Id, Reason = "r" }, viewer.Auth));

        await ReleaseAsync(task.Id, "a wrong template name");

        Assert.That((await task.IssueAsync()).Lease.State, Is.EqualTo(LeaseState.Active));
        Assert.That((await task.At(_other).IssueAsync()).Lease.State, Is.EqualTo(LeaseState.Active));
        for (var i = 0; i < Most - 1; i++) await DenyAsync(task);
        Assert.That((await task.IssueAsync()).Lease.State, Is.EqualTo(LeaseState.Active), "its refusals are counted anew");
        Assert.That((await ListAsync()).Any(one => one.TaskId == task.Id), Is.False);
        await Refused.WithAsync(StatusCode.InvalidArgument, "INVALID_REQUEST", () => ReleaseAsync(task.Id, "again"));
        var line = _site.ReadAudit().Single(one => (string?)one["type"] == "quarantine_release_allowed" && (string?)one["task"] == task.Id);
        Assert.That((string?)line["message"], Is.EqualTo("a wrong template name"));
    }

    [Test]
    public async Task Release_ByManyAtOnceAtBothBrokers_OneLine()
    {
        var task = await QuarantinedTaskAsync();
        var quarantine = (await ListAsync()).Single(one => one.TaskId == task.Id);
        await _responder.UntilAsync(quarantine.OrderId, order => order.State == V1.RevocationOrder.Types.State.Done);
        var release = new ReleaseQuarantineRequest { TaskId = task.Id, Reason = "mended" };
        Responder[] responders = [_responder, new Responder(_otherSite, _other)];

        var released = await Task.WhenAll(Enumerable.Range(0, 12).Select(number => TryReleaseAsync(responders[number % 2], release)));

        Assert.That(released.Any(isReleased => isReleased), Is.True);
        Assert.That((await ListAsync()).Any(one => one.TaskId == task.Id), Is.False);
        Assert.That(
            _site.ReadAudit().Concat(_otherSite.ReadAudit()).Count(line => (string?)line["type"] == "quarantine_release_allowed" && (string?)line["task"] == task.Id), Is.EqualTo(1));
        Assert.That((await task.IssueAsync()).Lease.State, Is.EqualTo(LeaseState.Active));
    }

    [Test]
    public async Task TaskIsOver_ItsQuarantineAndItsFenceGo()
    {
        var task = await QuarantinedTaskAsync();
        var fence = (await ListAsync()).Single(one => one.TaskId == task.Id).FenceId;

        await task.EndAsync();

        await Eventually.IsTrueAsync(async () => !(await ListAsync()).Any(one => one.TaskId == task.Id), "the quarantine is gone", TimeSpan.FromSeconds(20));
        Assert.That((await _responder.Calls.ListFencesAsync(new ListFencesRequest(), _responder.Auth)).Fences.Select(one => one.Id), Does.Not.Contain(fence));
        Assert.That(
            _site.ReadAudit().Concat(_otherSite.ReadAudit()).Count(line => (string?)line["type"] == "quarantine_release_allowed" && (string?)line["task"] == task.Id), Is.EqualTo(1));
    }

    [Test]
    public async Task TooManyRefusals_OfOneWorkload_AlarmOnceAndNothingElse()
    {
        var workload = BrokerCalls.SomeAgent();
        for (var task = 0; task < 3; task++)
        {
            var opened = await _broker.Calls.OpenAsync(workload);
            for (var i = 0; i < Most - 1; i++) await DenyAsync(opened);
        }

        var lines = _site.ReadAudit().Where(line => (string?)line["type"] == "workload_alarmed" && ((string?)line["details"]!["workload"])!.EndsWith(workload, StringComparison.Ordinal));
        Assert.That(lines.Count(), Is.EqualTo(1));
        Assert.That((await (await _broker.Calls.OpenAsync(workload)).IssueAsync()).Lease.State, Is.EqualTo(LeaseState.Active));
    }

    private static IssueRequest Denied => new() { Template = "orders-brief", Capabilities = { Capability.Write } };

    private static Task<RpcException> DenyAsync(OpenedTask task) => Refused.WithAsync(StatusCode.PermissionDenied, "CAPABILITY_NOT_OFFERED", () => task.IssueAsync(Denied));

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

    private static async Task<bool> TryReleaseAsync(Responder responder, ReleaseQuarantineRequest request)
    {
        try
        {
            await responder.Calls.ReleaseQuarantineAsync(request, responder.Auth);
            return true;
        }
        catch (RpcException refusal) when (refusal.StatusCode is StatusCode.Aborted or StatusCode.InvalidArgument)
        {
            // Somebody else is at it, or was.
            return false;
        }
    }

    private async Task<OpenedTask> QuarantinedTaskAsync()
    {
        var task = await _broker.Calls.OpenAsync();
        for (var i = 0; i < Most; i++) await DenyAsync(task);
        await QuarantinedAsync(() => task.IssueAsync());
        return task;
    }

    private Task<OpenedTask> OpenBelowAsync(OpenedTask parent, string template = "orders-api")
    {
        var request = _broker.Calls.OpenRequest();
        request.ParentTaskToken = parent.Token;
        request.Delegation.Add(new Delegation { Template = template });
        return parent.Calls.OpenAsync(request);
    }

    private async Task<IReadOnlyList<Quarantine>> ListAsync() =>
        (await _responder.Calls.ListQuarantinesAsync(new ListQuarantinesRequest(), _responder.Auth)).Quarantines;

    private async Task ReleaseAsync(string taskId, string reason) =>
        await _responder.Calls.ReleaseQuarantineAsync(new ReleaseQuarantineRequest { TaskId = taskId, Reason = reason }, _responder.Auth);
}
