using CredBroker.Policy.Cedar.Replays;
using CredBroker.Policy.Cedar.Wasm;
using CredBroker.Protocol.V1;
using CredBroker.Server.Tests.Hosting;
using CredBroker.Testing.Broker;
using CredBroker.Testing.Stores;
using Grpc.Core;
using Microsoft.Extensions.Logging.Abstractions;

namespace CredBroker.Server.Tests.Policy;

/// <summary>The audit trail of a broker tells enough of its decisions to ask them again.</summary>
[TestFixture, Category("Server"), Parallelizable(ParallelScope.Self)]
internal sealed class RecordedDecisionTests
{
    private const string Policies = """
        @id("all") permit (principal, action, resource);
        @id("tools-read") forbid (principal, action == Action::"callTool", resource) when { context.capability == "write" };
        @id("mischief") forbid (principal, action == Action::"openTask", resource) when { resource.purpose.value == "mischief" };
        @id("no-invoices-beside") forbid (principal, action == Action::"read", resource == Template::"invoices-api")
        when { context.held.contains({ target: "orders-api", sensitivity: "internal", capability: "write" }) };
        @id("ask") @approval("owners") forbid (principal, action == Action::"callTool", resource == Tool::"refund") unless { context has approval };
        """;

    private const string Owners = """
        apiVersion: credbroker/v1
        kind: ApproverGroup
        metadata: { name: owners, owner: payments }
        spec: { approvers: [development/approver] }
        """;

    private RedisServerProcess _redis = null!;
    private BrokerSite _site = null!;
    private BrokerProcess _broker = null!;

    [OneTimeSetUp]
    public async Task StartAsync()
    {
        _redis = await OwnRedis.StartAsync();
        _site = new BrokerSite(_redis.ConnectionString);
        await File.WriteAllTextAsync(Path.Combine(_site.PoliciesFolder, "all.cedar"), Policies);
        await File.WriteAllTextAsync(Path.Combine(_site.CatalogueFolder, "approvers.yaml"), Owners);
        _broker = await BrokerProcess.StartAsync(_site);
        await ActAsync();
    }

    [OneTimeTearDown]
    public async Task StopAsync()
    {
        if (_broker is not null) await _broker.DisposeAsync();
        _site?.Dispose();
        if (_redis is not null) await _redis.DisposeAsync();
    }

    [Test]
    public async Task Replay_OfTheSamePolicies_SaysTheSameOfEveryDecision()
    {
        var report = await ReplayAsync(Policies);

        Assert.That(report.Faults, Is.Empty);
        Assert.That(report.Flips, Is.Empty);
        Assert.That(report.NotReplayed, Is.Empty);
        // Opened, and refused; issued twice, renewed, refused for what is held; three calls of a tool, one of them pending.
        Assert.That(report.Replayed, Is.EqualTo(9));
    }

    [Test]
    public async Task Replay_OfOtherPolicies_TellsEveryFlip()
    {
        var report = await ReplayAsync("""
            @id("some") permit (principal, action in [Action::"openTask", Action::"read", Action::"write", Action::"callTool", Action::"delegate"], resource)
            unless { context has source && context.source.isInRange(ip("10.0.0.0/8")) };
            @id("prod-stays") forbid (principal, action == Action::"write", resource)
            when { context.task.hasTag("env") && context.task.getTag("env").value == "prod" };
            """);

        Assert.That(report.NotReplayed, Is.Empty);
        Assert.That(report.Flips.Select(flip => (flip.Verb, flip.About, flip.From, flip.To)), Is.EquivalentTo(new[]
        {
            ("open_task", _site.Domain.Name, ReplayedOutcome.Deny, ReplayedOutcome.Allow),
            ("issue", "orders-api", ReplayedOutcome.Allow, ReplayedOutcome.Deny),
            ("renew", "orders-api", ReplayedOutcome.Allow, ReplayedOutcome.Deny),
            ("issue", "invoices-api", ReplayedOutcome.Deny, ReplayedOutcome.Allow),
            ("tool_call", "search", ReplayedOutcome.Deny, ReplayedOutcome.Allow),
            ("tool_call", "refund", ReplayedOutcome.Pending, ReplayedOutcome.Allow),
        }).Using<(string Verb, string About, ReplayedOutcome From, ReplayedOutcome To)>((a, b) => a.Verb == b.Verb && a.From == b.From && a.To == b.To && (a.About == b.About || a.Verb == "open_task")));
    }

    private async Task ActAsync()
    {
        var request = _broker.Calls.OpenRequest();
        request.Labels["env"] = "prod";
        var opened = await _broker.Calls.OpenAsync(request);
        var bad = _broker.Calls.OpenRequest();
        bad.Purpose = "mischief";
        await RefusedAsync(() => _broker.Calls.OpenAsync(bad));
        await opened.IssueAsync();
        var written = await opened.IssueAsync(new IssueRequest { Template = "orders-api", Capabilities = { Capability.Write } });
        await opened.Calls.Credentials.RenewAsync(new RenewRequest { LeaseId = written.Lease.Id }, opened.Auth);
        await RefusedAsync(() => opened.IssueAsync("invoices-api"));
        foreach (var capability in new[] { Capability.Read, Capability.Write })
            await opened.Calls.Credentials.AuthorizeToolCallAsync(new AuthorizeToolCallRequest { Tool = "search", Capability = capability, Target = "orders-api" }, opened.Auth);
        await opened.Calls.Credentials.AuthorizeToolCallAsync(
            new AuthorizeToolCallRequest { Tool = "refund", Capability = Capability.Read, Target = "orders-api", ArgumentsDigest = new string('a', 64) }, opened.Auth);
    }

    private static async Task RefusedAsync(Func<Task> call)
    {
        try
        {
            await call();
        }
        catch (RpcException refusal) when (refusal.StatusCode is StatusCode.PermissionDenied)
        {
            return;
        }

        Assert.Fail("It was not refused.");
    }

    private async Task<PolicyReplayReport> ReplayAsync(string policies)
    {
        using var folder = new ScratchFolder();
        Directory.CreateDirectory(folder.File("policies"));
        await File.WriteAllTextAsync(folder.File("policies", "all.cedar"), policies);
        using var module = CedarModule.Load(BrokerPolicies.CacheFolder, NullLogger.Instance);
        return await PolicyReplay.RunAsync(
            new PolicyReplayRequest([Path.Combine(_site.DataFolder, "audit")], folder.File("policies"), null), module, CancellationToken.None);
    }
}
