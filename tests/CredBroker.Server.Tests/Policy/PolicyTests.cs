using System.Text.Json.Nodes;
using CredBroker.Protocol.V1;
using CredBroker.Server.Tests.Api;
using CredBroker.Testing.Broker;
using CredBroker.Testing.Stores;
using CredBroker.Testing.Verification;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;

namespace CredBroker.Server.Tests.Policy;

/// <summary>What a broker says yes and no to, by policies of its own.</summary>
[TestFixture, Category("Server"), Parallelizable(ParallelScope.Self)]
internal sealed class PolicyTests
{
    private const string Policies = """
        @id("open") permit (principal, action == Action::"openTask", resource) when { resource.purpose.value != "mischief" };
        @id("use") permit (principal, action in [Action::"read", Action::"write"], resource);
        @id("tools") permit (principal, action == Action::"callTool", resource);
        @id("tools-read") @reason("Tools only read.") forbid (principal, action == Action::"callTool", resource) when { context.capability == "write" };
        @id("briefly") @max_ttl("90s") permit (principal, action == Action::"read", resource in Risk::"high");
        @id("renew") permit (principal, action == Action::"renew", resource) unless { context.task.purpose.value == "once" };
        @id("hand-down") @max_ttl("45s") permit (principal, action == Action::"delegate", resource) when { context.task.purpose.value == "hand down" };
        @id("read-only") @reason("Orders are read and not written.") forbid (principal, action == Action::"write", resource == Template::"orders-api")
        unless { context.task.purpose.value == "write orders" };
        @id("either-or") forbid (principal, action == Action::"read", resource == Template::"invoices-api")
        when { context.held.contains({ target: "orders-api", sensitivity: "internal", capability: "write" }) };
        @id("or-either") forbid (principal, action == Action::"write", resource == Template::"orders-api")
        when { context.held.contains({ target: "invoices-api", sensitivity: "restricted", capability: "read" }) };
        """;

    private RedisServerProcess _redis = null!;
    private BrokerSite _site = null!;
    private BrokerProcess _broker = null!;

    private string PolicyFile => Path.Combine(_site.PoliciesFolder, "all.cedar");

    [OneTimeSetUp]
    public async Task StartAsync()
    {
        _redis = await OwnRedis.StartAsync();
        _site = new BrokerSite(_redis.ConnectionString);
        _site.Settings["Policies:PollInterval"] = "00:00:00.1";
        await File.WriteAllTextAsync(PolicyFile, Policies);
        _broker = await BrokerProcess.StartAsync(_site);
    }

    [OneTimeTearDown]
    public async Task StopAsync()
    {
        if (_broker is not null) await _broker.DisposeAsync();
        _site?.Dispose();
        if (_redis is not null) await _redis.DisposeAsync();
    }

    [Test]
    public async Task Issue_Permitted_LeaseTokenAndAuditNameSetAndPolicies()
    {
        var opened = await OpenAsync("read orders");

        var issued = await opened.IssueAsync();

        var line = Audited("issue_allowed", issued.Lease.Id);
        Assert.Multiple(() =>
        {
            Assert.That(issued.Lease.PolicyVersion, Does.Match("^[0-9a-f]{16}$"));
            Assert.That(issued.Lease.Policies, Is.EqualTo(new[] { "use" }));
            Assert.That(line["details"]!["policy_version"]!.GetValue<string>(), Is.EqualTo(issued.Lease.PolicyVersion));
            Assert.That(line["details"]!["policies"]!.GetValue<string>(), Is.EqualTo("use"));
            Assert.That(
                new Microsoft.IdentityModel.JsonWebTokens.JsonWebToken(issued.Credential.AccessToken.Value).Claims.Select(claim => claim.Value),
                Does.Contain(issued.Lease.PolicyVersion));
        });
    }

    [Test]
    public async Task Issue_Forbidden_TellsWhyAndWritesIt()
    {
        var opened = await OpenAsync("read orders");

        var refusal = await Refused.WithAsync(StatusCode.PermissionDenied, "POLICY_DENIED", () => opened.IssueAsync(Asking("orders-api", Capability.Write)));

        Assert.That(refusal.Status.Detail, Is.EqualTo("Orders are read and not written."));
        Assert.That(Refused.MetadataOf(refusal, "policies"), Is.EqualTo("read-only"));
        var line = _site.ReadAudit().Last(one => (string?)one["type"] == "refused" && (string?)one["task"] == opened.Id);
        Assert.That((string?)line["details"]!["policies"], Is.EqualTo("read-only"));
        Assert.That((string?)line["details"]!["policy_version"], Does.Match("^[0-9a-f]{16}$"));
    }

    [Test]
    public async Task Issue_MaxTtl_BoundsTheLeasesWholeLife()
    {
        var issued = await (await OpenAsync("read invoices")).IssueAsync("invoices-api", TimeSpan.FromMinutes(9));

        Assert.That((issued.Lease.MaxExpiresAt - issued.Lease.IssuedAt).ToTimeSpan(), Is.EqualTo(TimeSpan.FromSeconds(90)));
        Assert.That((issued.Lease.ExpiresAt - issued.Lease.IssuedAt).ToTimeSpan(), Is.EqualTo(TimeSpan.FromSeconds(90)));
        Assert.That(issued.Lease.Policies, Is.EqualTo(new[] { "briefly", "use" }));
    }

    [Test]
    public async Task OpenTask_Forbidden_OpensNone()
    {
        await Refused.WithAsync(StatusCode.PermissionDenied, "POLICY_DENIED", () => OpenAsync("mischief"));
    }

    [Test]
    public async Task OpenTask_BelowAParent_TakesItsRightToDelegateAndItsBounds()
    {
        var parent = await OpenAsync("hand down");
        var child = await OpenBelowAsync(parent, Capability.Read);

        var issued = (await child.IssueAsync(ttl: TimeSpan.FromMinutes(9))).Lease;

        Assert.That((issued.MaxExpiresAt - issued.IssuedAt).ToTimeSpan(), Is.EqualTo(TimeSpan.FromSeconds(45)), "the parent could not have handed down more");
        var refusal = await Refused.WithAsync(StatusCode.PermissionDenied, "POLICY_DENIED", () => OpenBelowAsync(parent, Capability.Write));
        Assert.That(Refused.MetadataOf(refusal, "policies"), Is.EqualTo("read-only"), "what the parent may not do it does not hand down");
        var other = await OpenAsync("read orders");
        await Refused.WithAsync(StatusCode.PermissionDenied, "POLICY_DENIED", () => OpenBelowAsync(other, Capability.Read));
    }

    [Test]
    public async Task Renew_NotPermitted_LeavesTheLeaseToItsEnd()
    {
        var opened = await OpenAsync("once");
        var issued = await opened.IssueAsync();

        await Refused.WithAsync(
            StatusCode.PermissionDenied, "POLICY_DENIED", async () => await opened.Calls.Credentials.RenewAsync(new RenewRequest { LeaseId = issued.Lease.Id }, opened.Auth));

        Assert.That((await opened.GetLeaseAsync(issued.Lease.Id)).ExpiresAt, Is.EqualTo(issued.Lease.ExpiresAt));
    }

    [Test]
    public async Task Issue_ToxicCombination_IsRefusedUntilTheOtherIsReleased()
    {
        var opened = await OpenAsync("write orders");
        var written = await opened.IssueAsync(Asking("orders-api", Capability.Write));

        await Refused.WithAsync(StatusCode.PermissionDenied, "POLICY_DENIED", () => opened.IssueAsync("invoices-api"));
        await opened.Calls.Credentials.ReleaseAsync(new ReleaseRequest { LeaseId = written.Lease.Id }, opened.Auth);

        Assert.That((await opened.IssueAsync("invoices-api")).Lease.State, Is.EqualTo(LeaseState.Active));
    }

    [Test]
    public async Task Issue_BothHalvesOfACombinationAtOnce_NeverGivesBoth()
    {
        for (var round = 0; round < 20; round++)
        {
            var opened = await OpenAsync("write orders");

            await Task.WhenAll(TryAsync(() => opened.IssueAsync(Asking("orders-api", Capability.Write))), TryAsync(() => opened.IssueAsync("invoices-api")));

            var live = (await opened.ListLeasesAsync()).Where(lease => lease.State == LeaseState.Active).Select(lease => lease.Template);
            Assert.That(live.Distinct().Count(), Is.LessThanOrEqualTo(1), string.Join(' ', live));
        }
    }

    [Test]
    public async Task ChangedPolicies_Good_AreInForceAndBadOnesAreNot()
    {
        var opened = await OpenAsync("read orders");
        var before = (await opened.IssueAsync()).Lease.PolicyVersion;
        try
        {
            await File.WriteAllTextAsync(PolicyFile, Policies + "nonsense;");
            await Eventually.IsTrueAsync(() => _site.ReadAudit().Any(line => (string?)line["type"] == "policies_refused"), "the bad set is refused");
            Assert.That((await opened.IssueAsync()).Lease.PolicyVersion, Is.EqualTo(before));

            await File.WriteAllTextAsync(PolicyFile, Policies + """@id("stop") forbid (principal, action == Action::"read", resource == Template::"orders-brief");""");
            await Eventually.IsTrueAsync(async () => (await opened.IssueAsync()).Lease.PolicyVersion != before, "the good set is in force");
            await Refused.WithAsync(StatusCode.PermissionDenied, "POLICY_DENIED", () => opened.IssueAsync("orders-brief"));
        }
        finally
        {
            await File.WriteAllTextAsync(PolicyFile, Policies);
            await Eventually.IsTrueAsync(async () => (await opened.IssueAsync()).Lease.PolicyVersion == before, "the first set is in force again");
        }
    }

    [Test]
    public async Task AuthorizeToolCall_ByPolicy_DecidesAndWritesTheLine()
    {
        var opened = await OpenAsync("read orders");
        var digest = new string('a', 64);

        var read = await CallAsync(opened, Capability.Read, digest);
        var write = await CallAsync(opened, Capability.Write, digest);

        Assert.That((read.Decision, write.Decision), Is.EqualTo((AuthorizeToolCallResponse.Types.Decision.Allow, AuthorizeToolCallResponse.Types.Decision.Deny)));
        Assert.That(write.Reason, Is.EqualTo("Tools only read."));
        Assert.That(write.PolicyVersion, Does.Match("^[0-9a-f]{16}$"));
        var lines = _site.ReadAudit().Where(line => (string?)line["task"] == opened.Id && (string?)line["details"]?["tool"] == "search").ToList();
        Assert.That(lines.Select(line => (string?)line["type"]), Is.EqualTo(new[] { "tool_call_allowed", "tool_call_denied" }));
        Assert.That(lines.Select(line => (string?)line["details"]!["arguments_digest"]), Is.All.EqualTo(digest));
        // The catalogue does not know it, so it is taken for the worst.
        Assert.That((string?)lines[0]["details"]!["sensitivity"], Is.EqualTo("Restricted"));
    }

    [Test]
    public async Task AuthorizeToolCall_TaskIsOver_Refused()
    {
        var opened = await OpenAsync("read orders");
        await CallAsync(opened, Capability.Read, "");
        await opened.Calls.Tasks.EndTaskAsync(new EndTaskRequest { TaskId = opened.Id }, opened.Auth);

        await Refused.WithAsync(StatusCode.FailedPrecondition, "TASK_ENDED", () => CallAsync(opened, Capability.Read, ""));
    }

    [TestCase(Capability.Delegate, "", "capability"), TestCase(Capability.Unspecified, "", "capability"), TestCase(Capability.Read, "ABC", "arguments_digest")]
    public async Task AuthorizeToolCall_Malformed_Refused(Capability capability, string digest, string field)
    {
        var opened = await OpenAsync("read orders");

        var refusal = await Refused.WithAsync(StatusCode.InvalidArgument, "INVALID_REQUEST", () => CallAsync(opened, capability, digest));

        Assert.That(refusal.Status.Detail, Does.Contain(field));
    }

    [Test]
    public async Task ReportActivity_OfOwnLease_TiedToTaskAndLease()
    {
        var opened = await OpenAsync("read orders");
        var lease = (await opened.IssueAsync()).Lease.Id;
        var done = new Activity { Kind = Activity.Types.Kind.DownstreamEffect, LeaseId = lease, Subject = "orders", Digest = new string('b', 64), References = { ["request_id"] = "r-1" } };

        var answer = await opened.Calls.Credentials.ReportActivityAsync(new ReportActivityRequest { Activities = { done } }, opened.Auth);

        Assert.That(answer.Recorded, Is.EqualTo(1));
        var line = Audited("activity_reported", lease);
        Assert.That((string?)line["task"], Is.EqualTo(opened.Id));
        Assert.That((string?)line["details"]!["kind"], Is.EqualTo("downstream_effect"));
        Assert.That((string?)line["details"]!["reference:request_id"], Is.EqualTo("r-1"));
    }

    [Test]
    public async Task ReportActivity_OfAnothersLease_RecordsNothing()
    {
        var other = (await (await OpenAsync("read orders")).IssueAsync()).Lease.Id;
        var opened = await OpenAsync("read orders");
        var request = new ReportActivityRequest
        {
            Activities =
            {
                new Activity { Kind = Activity.Types.Kind.Prompt, Subject = "model" },
                new Activity { Kind = Activity.Types.Kind.ToolInvocation, Subject = "search", LeaseId = other },
            },
        };

        await Refused.WithAsync(StatusCode.NotFound, "LEASE_NOT_FOUND", async () => await opened.Calls.Credentials.ReportActivityAsync(request, opened.Auth));

        Assert.That(_site.ReadAudit().Any(line => (string?)line["type"] == "activity_reported" && (string?)line["task"] == opened.Id), Is.False);
    }

    [TestCase("activities.at", 253_402_300_799), TestCase("activities.at", -1), TestCase("activities.references", 0), TestCase("activities.subject", 0)]
    public async Task ReportActivity_BadlySaid_RefusedByTheFieldAndRecordsNothing(string field, long at)
    {
        var opened = await OpenAsync("read orders");
        var said = new Activity
        {
            Kind = Activity.Types.Kind.Prompt,
            Subject = field == "activities.subject" ? "mo\0del" : "model",
            At = at == 0 ? null : new Timestamp { Seconds = at },
        };
        if (field == "activities.references") said.References["request_id"] = "r\01";
        var request = new ReportActivityRequest { Activities = { new Activity { Kind = Activity.Types.Kind.Prompt, Subject = "model" }, said } };

        var refusal = await Refused.WithAsync(
            StatusCode.InvalidArgument, "INVALID_REQUEST", async () => await opened.Calls.Credentials.ReportActivityAsync(request, opened.Auth));

        Assert.That(refusal.Status.Detail, Does.StartWith(field));
        Assert.That(_site.ReadAudit().Any(line => (string?)line["type"] == "activity_reported" && (string?)line["task"] == opened.Id), Is.False);
    }

    [TestCase("many"), TestCase("NUL in a name"), TestCase("NUL in a value")]
    public async Task OpenTask_LabelsThatNobodyCanKeep_RefusedAndNothingIsOpened(string what)
    {
        var request = _broker.Calls.OpenRequest();
        request.Purpose = Guid.NewGuid().ToString("N");
        if (what == "many") for (var i = 0; i < 1_000; i++) request.Labels[$"l{i}"] = "";
        else request.Labels[what == "NUL in a name" ? "e\0nv" : "env"] = "pr\0od";

        var refusal = await Refused.WithAsync(StatusCode.InvalidArgument, "INVALID_REQUEST", () => _broker.Calls.OpenAsync(request));

        Assert.That(refusal.Status.Detail, Does.StartWith("labels"));
        Assert.That(_site.ReadAudit().Any(line => (string?)line["type"] == "task_opened" && (string?)line["details"]?["purpose"] == request.Purpose), Is.False);
    }

    private static async Task<AuthorizeToolCallResponse> CallAsync(OpenedTask opened, Capability capability, string digest) =>
        await opened.Calls.Credentials.AuthorizeToolCallAsync(
            new AuthorizeToolCallRequest { Tool = "search", Capability = capability, Target = "the web", ArgumentsDigest = digest }, opened.Auth);

    private static IssueRequest Asking(string template, params Capability[] capabilities) => new() { Template = template, Capabilities = { capabilities } };

    private static async Task TryAsync(Func<Task> call)
    {
        try
        {
            await call();
        }
        catch (RpcException refusal) when (refusal.StatusCode is StatusCode.PermissionDenied)
        {
            // One of the two has to be.
        }
    }

    private JsonNode Audited(string type, string lease) => _site.ReadAudit().Single(line => (string?)line["type"] == type && (string?)line["lease"] == lease);

    private Task<OpenedTask> OpenBelowAsync(OpenedTask parent, Capability capability)
    {
        var request = _broker.Calls.OpenRequest();
        request.ParentTaskToken = parent.Token;
        request.Delegation.Add(new Delegation { Template = "orders-api", Capabilities = { capability } });
        return _broker.Calls.OpenAsync(request);
    }

    private Task<OpenedTask> OpenAsync(string purpose)
    {
        var request = _broker.Calls.OpenRequest();
        request.Purpose = purpose;
        return _broker.Calls.OpenAsync(request);
    }
}
