using CredBroker.Protocol.V1;
using CredBroker.Server.Tests.Api;
using CredBroker.Server.Tests.Revocation;
using CredBroker.Testing.Broker;
using CredBroker.Testing.Stores;
using Grpc.Core;

namespace CredBroker.Server.Tests.Policy;

/// <summary>Two brokers on one Redis; policies bound how many live leases a workload may have, over all its tasks.</summary>
[TestFixture, Category("Server"), Parallelizable(ParallelScope.Self)]
internal sealed class WorkloadLimitTests
{
    private const int Most = 3;

    private const string Policies = """
        @id("all") permit (principal, action, resource);
        @id("few") @reason("The workload has enough.") forbid (principal, action == Action::"read", resource == Template::"orders-api")
        when { context.workload_leases >= 3 };
        @id("one") forbid (principal, action == Action::"read", resource == Template::"invoices-api")
        when { context.workload_template_leases >= 1 };
        @id("tools") forbid (principal, action == Action::"callTool", resource) when { context.workload_leases >= 3 };
        """;

    private RedisServerProcess _redis = null!;
    private BrokerSite _site = null!;
    private BrokerSite _otherSite = null!;
    private BrokerProcess _broker = null!;
    private BrokerProcess _other = null!;

    [OneTimeSetUp]
    public async Task StartAsync()
    {
        _redis = await OwnRedis.StartAsync();
        _site = new BrokerSite(_redis.ConnectionString);
        _otherSite = new BrokerSite(_redis.ConnectionString);
        foreach (var site in new[] { _site, _otherSite }) await File.WriteAllTextAsync(Path.Combine(site.PoliciesFolder, "all.cedar"), Policies);
        _otherSite.Settings["Attestation:SpiffeJwt:TrustDomains:0:BundleFile"] = _site.BundleFile;
        _broker = await BrokerProcess.StartAsync(_site);
        _other = await BrokerProcess.StartAsync(_otherSite);
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
    public async Task Issue_OverManyTasksAndBrokers_AsManyAsPolicyLets()
    {
        var workload = BrokerCalls.SomeAgent();
        var (first, second) = (await _broker.Calls.OpenAsync(workload), (await _broker.Calls.OpenAsync(workload)).At(_other));
        string[] leases = [(await first.IssueAsync()).Lease.Id, (await second.IssueAsync()).Lease.Id, (await first.IssueAsync("orders-once")).Lease.Id];

        foreach (var task in new[] { first, second, await _broker.Calls.OpenAsync(workload) })
        {
            var refusal = await DeniedAsync(() => task.IssueAsync());
            Assert.That((refusal.Status.Detail, Refused.MetadataOf(refusal, "policies")), Is.EqualTo(("The workload has enough.", "few")));
        }

        Assert.That((await (await _broker.Calls.OpenAsync()).IssueAsync()).Lease.State, Is.EqualTo(LeaseState.Active), "another workload is not touched");
        await first.Calls.Credentials.RenewAsync(new RenewRequest { LeaseId = leases[0] }, first.Auth);
        await second.Calls.Credentials.ReleaseAsync(new ReleaseRequest { LeaseId = leases[1] }, second.Auth);
        var issued = await second.IssueAsync();
        var line = _otherSite.ReadAudit().Single(one => (string?)one["type"] == "issue_allowed" && (string?)one["lease"] == issued.Lease.Id);
        Assert.That((string?)line["details"]!["workload_leases"], Is.EqualTo("2"));
    }

    [Test]
    public async Task Issue_OfOneTemplate_CountsThatAlone()
    {
        var workload = BrokerCalls.SomeAgent();
        var task = await _broker.Calls.OpenAsync(workload);
        for (var i = 0; i < 2; i++) await task.IssueAsync();
        await task.IssueAsync("invoices-api");

        await DeniedAsync(() => task.IssueAsync("invoices-api"));
        await DeniedAsync(async () => await (await _broker.Calls.OpenAsync(workload)).At(_other).IssueAsync("invoices-api"));
    }

    [TestCase("invoices-api"), TestCase("orders-api")]
    public async Task Issue_RetryAtTheBound_TheSameLeaseAndNothingMore(string template)
    {
        var task = await _broker.Calls.OpenAsync();
        var first = await task.IssueAsync(template, key: "attempt-1");
        for (var i = 1; i < Most; i++) await task.IssueAsync();

        foreach (var at in new[] { task, task.At(_other) })
            Assert.That((await at.IssueAsync(template, key: "attempt-1")).Lease.Id, Is.EqualTo(first.Lease.Id));
        await DeniedAsync(() => task.IssueAsync(template, key: "attempt-2"));
        await DeniedAsync(() => task.IssueAsync(template, ttl: TimeSpan.FromMinutes(1), key: "attempt-1"));
        var line = _otherSite.ReadAudit().Single(one => (string?)one["type"] == "issue_allowed" && (string?)one["task"] == task.Id);
        Assert.That((string?)line["details"]!["retry_of"], Is.EqualTo(first.Lease.Id));
        Assert.That(await task.ListLeasesAsync(), Has.Count.EqualTo(Most));
    }

    [Test]
    public async Task Issue_NotHandedDownAndAtTheBound_HearsThatItWasNotHandedDown()
    {
        var workload = BrokerCalls.SomeAgent();
        var parent = await _broker.Calls.OpenAsync(workload);
        var request = _broker.Calls.OpenRequest(workload);
        request.ParentTaskToken = parent.Token;
        request.Delegation.Add(new Delegation { Template = "invoices-api" });
        var child = await _broker.Calls.OpenAsync(request);
        for (var i = 0; i < Most; i++) await parent.IssueAsync();

        var refusal = await DeniedAsync(() => child.IssueAsync());

        Assert.That(refusal.Status.Detail, Is.EqualTo("The template was not handed down to this task."));
    }

    [Test]
    public async Task Issue_RetryOfALeaseThatIsOver_IsNoWayPastTheBound()
    {
        var task = await _broker.Calls.OpenAsync();
        var first = await task.IssueAsync(key: "attempt-1");
        await task.Calls.Credentials.ReleaseAsync(new ReleaseRequest { LeaseId = first.Lease.Id }, task.Auth);
        for (var i = 0; i < Most; i++) await task.IssueAsync();

        await DeniedAsync(() => task.IssueAsync(key: "attempt-1"));
    }

    [Test]
    public async Task Issue_AtTheBoundAgainAndAgain_IsNoReasonForQuarantine()
    {
        var task = await _broker.Calls.OpenAsync();
        var lease = (await task.IssueAsync()).Lease.Id;
        for (var i = 1; i < Most; i++) await task.IssueAsync();

        for (var i = 0; i < 6; i++)
        {
            await DeniedAsync(() => task.IssueAsync());
            var call = new AuthorizeToolCallRequest { Tool = "search", Capability = Capability.Read, Target = "orders-api" };
            Assert.That((await task.Calls.Credentials.AuthorizeToolCallAsync(call, task.Auth)).Decision, Is.EqualTo(AuthorizeToolCallResponse.Types.Decision.Deny));
        }

        await task.Calls.Credentials.ReleaseAsync(new ReleaseRequest { LeaseId = lease }, task.Auth);
        await task.IssueAsync();
        var wrong = new IssueRequest { Template = "orders-brief", Capabilities = { Capability.Write } };
        for (var i = 0; i < 5; i++) await Refused.WithAsync(StatusCode.PermissionDenied, "CAPABILITY_NOT_OFFERED", () => task.IssueAsync(wrong));
        await Refused.WithAsync(StatusCode.PermissionDenied, "QUARANTINED", () => task.IssueAsync());
    }

    [Test]
    public async Task Issue_ManyTasksAtOnceAtBothBrokers_NeverMoreThanPolicyLets()
    {
        var workload = BrokerCalls.SomeAgent();
        var tasks = new List<OpenedTask>();
        for (var i = 0; i < 12; i++) tasks.Add(i % 2 == 0 ? await _broker.Calls.OpenAsync(workload) : (await _broker.Calls.OpenAsync(workload)).At(_other));

        var issued = await Task.WhenAll(tasks.Select(TryAsync));

        Assert.That(issued.Count(isIssued => isIssued), Is.LessThanOrEqualTo(Most));
        var granted = issued.Count(isIssued => isIssued);
        for (; granted < Most; granted++) Assert.That(await TryAsync(tasks[granted]), Is.True, "what was let go again counts no more");
        Assert.That(await TryAsync(tasks[^1]), Is.False);
    }

    [Test]
    public async Task Explain_AtTheBound_TellsThatItWouldBeRefused()
    {
        var task = await _broker.Calls.OpenAsync();
        var viewer = new Responder(_site, _broker, "viewer");
        var request = new ExplainRequest { TaskId = task.Id, Template = "orders-api", Capabilities = { Capability.Read } };
        Assert.That((await _broker.Calls.Governance.ExplainAsync(request, viewer.Auth)).Allowed, Is.True);
        for (var i = 0; i < Most; i++) await task.IssueAsync();

        var answer = await _broker.Calls.Governance.ExplainAsync(request, viewer.Auth);

        Assert.That((answer.Allowed, answer.Reason, answer.Policies.Single()), Is.EqualTo((false, "The workload has enough.", "few")));
    }

    private static Task<RpcException> DeniedAsync(Func<Task> call) => Refused.WithAsync(StatusCode.PermissionDenied, "POLICY_DENIED", call);

    private static async Task<bool> TryAsync(OpenedTask task)
    {
        try
        {
            return (await task.IssueAsync()).Lease.State == LeaseState.Active;
        }
        catch (RpcException refusal) when (refusal.StatusCode == StatusCode.PermissionDenied)
        {
            return false;
        }
    }
}
