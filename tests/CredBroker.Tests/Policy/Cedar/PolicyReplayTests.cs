using System.Globalization;
using System.Text.Json.Nodes;
using CredBroker.Policy;
using CredBroker.Policy.Cedar.Replays;
using CredBroker.Tasks;
using CredBroker.Testing;
using CredBroker.Tests.Cli;
using CredBroker.Tests.Templates;

namespace CredBroker.Tests.Policy.Cedar;

/// <summary>Asking recorded decisions again of other policies.</summary>
[TestFixture]
[Category("Unit")]
public sealed class PolicyReplayTests
{
    private const string All = """@id("all") permit (principal, action, resource);""";

    private static readonly AgentTask Task = PolicyTasks.Agent with { Labels = new Dictionary<string, string> { ["env"] = "prod" } };
    private static readonly PolicyRequest Read = new() { Task = Task, Template = EvaluatedPolicies.Orders, Requested = Capabilities.Read };

    private TempFolder _audit = null!;
    private TempFolder _policies = null!;

    [SetUp]
    public void SetUp() => (_audit, _policies) = (new TempFolder(), new TempFolder());

    [TearDown]
    public void TearDown()
    {
        _audit.Dispose();
        _policies.Dispose();
    }

    [Test]
    public async Task RunAsync_SamePolicies_FlipsNothing()
    {
        Record(Opened(), Issued(Read), Called("read"), Refused(Read with { Requested = Capabilities.Write }));

        var report = await RunAsync(All + """@id("no-write") forbid (principal, action == Action::"write", resource);""");

        Assert.That(report.Faults, Is.Empty);
        Assert.That((report.Replayed, report.Flips.Count, report.NotReplayed.Count), Is.EqualTo((4, 0, 0)));
        Assert.That(report.Version, Does.Match("^[0-9a-f]{16}$"));
    }

    [Test]
    public async Task RunAsync_Tightened_TellsWhatFlipsByWhichPolicyAndHowOften()
    {
        Record(Opened(), Issued(Read), Issued(Read), Issued(Read with { Requested = Capabilities.Write }), Called("read"));

        var report = await RunAsync(All + """
            @id("no-read") forbid (principal, action == Action::"read", resource == Template::"orders");
            @id("ask") @approval("owners") forbid (principal, action == Action::"write", resource) unless { context has approval };
            """);

        Assert.That(report.Flips.Select(flip => (flip.Verb, flip.About, flip.Capabilities, flip.From, flip.To, string.Join(' ', flip.ToPolicies), flip.Count)), Is.EqualTo(new[]
        {
            ("issue", "orders", "read", ReplayedOutcome.Allow, ReplayedOutcome.Deny, "no-read", 2),
            ("issue", "orders", "write", ReplayedOutcome.Allow, ReplayedOutcome.Pending, "ask", 1),
        }));
        Assert.That(report.Flips[0].FirstTask, Is.EqualTo(Task.Id.Value));
    }

    [Test]
    public async Task RunAsync_PeopleHadAgreed_FlipsOnlyWhereThatNoLongerHelps()
    {
        var facts = DecisionFacts.OfUse(Read, Allow());
        facts[DecisionFacts.Approval] = "apr_1";
        Record(Opened(), Line("issue_allowed", facts, Task));

        var same = await RunAsync(All + """@id("ask") @approval("owners") forbid (principal, action == Action::"read", resource) unless { context has approval };""");
        var stricter = await RunAsync(All + """@id("no") forbid (principal, action == Action::"read", resource);""");

        Assert.That((same.Replayed, same.Flips.Count), Is.EqualTo((2, 0)));
        Assert.That(stricter.Flips.Single().To, Is.EqualTo(ReplayedOutcome.Deny));
    }

    [Test]
    public async Task RunAsync_Loosened_TellsWhatWouldBeAllowed()
    {
        Record(Opened(), Refused(Read), Called("write", allowed: false));

        var report = await RunAsync(All);

        Assert.That(report.Flips.Select(flip => (flip.Verb, flip.From, flip.To)), Is.EqualTo(new[]
        {
            ("issue", ReplayedOutcome.Deny, ReplayedOutcome.Allow), ("tool_call", ReplayedOutcome.Deny, ReplayedOutcome.Allow),
        }));
        Assert.That(report.Flips[0].FromPolicies, Is.EqualTo(new[] { "no" }));
    }

    [TestCase("resource.purpose.value != \"reconcile\"", "open_task")]
    [TestCase("resource.hasTag(\"env\") && resource.getTag(\"env\").value != \"prod\"", "open_task")]
    [TestCase("!principal.selectors.contains(\"spiffe:trust_domain:acme.test\")", "open_task")]
    [TestCase("principal.attestor != \"spiffe_jwt\" || principal.tenant != \"payments\" || principal.kind != \"agent\" || resource.depth != 0", "open_task")]
    [TestCase("context has source && !context.source.isInRange(ip(\"10.0.0.0/8\"))", "open_task")]
    public async Task RunAsync_Facts_AreThoseOfTheTime(string forbidden, string verb)
    {
        Record(Opened(), Issued(Read));

        var same = await RunAsync(All + $$"""@id("f") forbid (principal, action == Action::"openTask", resource) when { {{forbidden}} };""");
        var other = await RunAsync(All + $$"""@id("f") forbid (principal, action == Action::"openTask", resource) when { !({{forbidden}}) };""");

        Assert.That(same.Faults.Concat(other.Faults), Is.Empty);
        Assert.That(same.Flips, Is.Empty);
        Assert.That(other.Flips.Select(flip => flip.Verb), Is.EqualTo(new[] { verb }));
    }

    [TestCase("resource.owner != \"payments-platform\" || resource.sensitivity != \"internal\" || resource.risk_level != 1")]
    [TestCase("context.ttl != duration(\"2m\") || context.requested != [\"read\"] || !resource.capabilities.contains(\"delegate\")")]
    [TestCase("context.now < datetime(\"2026-03-01\") || context.now > datetime(\"2026-03-02\")")]
    [TestCase("context.task.age != duration(\"60s\")")]
    [TestCase("context.task.hasTag(\"env\") && context.task.getTag(\"env\").declared_by == \"orchestrator\"")]
    public async Task RunAsync_FactsOfAnIssue_AreThoseOfTheTime(string forbidden)
    {
        Record(Opened(), Issued(Read));

        var same = await RunAsync(All + $$"""@id("f") forbid (principal, action == Action::"read", resource) when { {{forbidden}} };""");
        var other = await RunAsync(All + $$"""@id("f") forbid (principal, action == Action::"read", resource) when { !({{forbidden}}) };""");

        Assert.That((same.Flips.Count, other.Flips.Count), Is.EqualTo((0, 1)));
    }

    [Test]
    public async Task RunAsync_LooksAtWhatWasHeld_OnlyWhereThatIsRecorded()
    {
        using var policies = new EvaluatedPolicies();
        policies.Hold(Task, "ledger", Sensitivity.Restricted, Capabilities.Read);
        Record(Opened(), Issued(Read), Issued(Read, Allow() with { Held = await HeldAsync(policies) }));

        var report = await RunAsync(All + """
            @id("leak") forbid (principal, action == Action::"read", resource)
            when { context.held.contains({ target: "ledger", sensitivity: "restricted", capability: "read" }) && context.live_leases == 1 };
            """);

        Assert.That(report.Flips.Select(flip => (flip.To, flip.Count)), Is.EqualTo(new[] { (ReplayedOutcome.Deny, 1) }));
        Assert.That(report.NotReplayed.Single().Key, Does.Contain("held"));
    }

    [Test]
    public async Task RunAsync_LooksAtTheWorkloadsLeases_OnlyWhereTheyWereCounted()
    {
        Record(
            Opened(), Issued(Read), Issued(Read, Allow() with { Counted = new WorkloadCounts(5, null) }),
            Issued(Read, Allow() with { Counted = new WorkloadCounts(5, 2) }));

        var all = await RunAsync(All + """@id("few") forbid (principal, action == Action::"read", resource) when { context.workload_leases >= 5 };""");
        var some = await RunAsync(All + """@id("few") forbid (principal, action == Action::"read", resource) when { context.workload_template_leases >= 2 };""");

        Assert.That((all.Flips.Single().Count, all.NotReplayed.Single().Value), Is.EqualTo((2, 1)));
        Assert.That((some.Flips.Single().Count, some.NotReplayed.Single().Value), Is.EqualTo((1, 2)));
    }

    [Test]
    public async Task RunAsync_Templates_AreThoseThatAreGiven()
    {
        Record(Opened(), Issued(Read), Issued(Read with { Template = EvaluatedPolicies.Orders with { Name = "gone" } }), Called("write"));
        using var templates = new TempFolder();
        templates.Write("all.yaml", """
            apiVersion: credbroker/v1
            kind: Target
            metadata: { name: orders-db, owner: payments }
            spec: { sensitivity: restricted }
            ---
            apiVersion: credbroker/v1
            kind: Template
            metadata: { name: orders, owner: payments }
            spec:
              tenants: [payments]
              subjects: ["spiffe://acme.test/*"]
              target: orders-db
              risk: high
              capabilities: [read]
              ttl: { default: 2m, max: 10m }
              backend: { token: { audience: "https://orders.acme.test", scopes: { read: ["orders:read"] } } }
            """);

        var report = await RunAsync(All + """@id("risky") forbid (principal, action, resource in Sensitivity::"restricted");""", templates.Path);

        Assert.That(report.Flips.Select(flip => (flip.About, string.Join(' ', flip.ToPolicies))), Is.EquivalentTo(new[]
        {
            ("orders", "risky"), ("gone", "template-bounds"), ("search", "risky"),
        }));
    }

    [Test]
    public async Task RunAsync_WhatCannotBeAskedAgain_IsCounted()
    {
        Record(
            Opened(),
            Issued(Read with { Task = Task with { Id = TaskId.New(1, DateTimeOffset.UnixEpoch) } }),
            Line("issue_allowed", new Dictionary<string, string> { ["template"] = "orders", ["policies"] = "all" }),
            Refused(Read, by: TemplateBoundsEvaluator.PolicyId),
            Line("lease_revoked", []));

        var report = await RunAsync(All);

        Assert.That((report.Replayed, report.NotReplayed.Values.Sum()), Is.EqualTo((1, 3)));
        Assert.That(report.NotReplayed, Has.Count.EqualTo(3));
    }

    [Test]
    public async Task PolicyDiff_Flips_AreTheExitCode()
    {
        Record(Opened(), Issued(Read));
        await using var bench = await BenchAsync();
        _policies.Write("all.cedar", All);
        Assert.That(await bench.RunAsync("policy", "diff", "--audit", _audit.Path, "--policies", _policies.Path), Is.Zero, bench.Error);
        Assert.That(bench.Error, Does.Contain("2 decisions asked again, 0 of them"));

        _policies.Write("all.cedar", All + """@id("no-read") forbid (principal, action == Action::"read", resource);""");

        Assert.That(await bench.RunAsync("policy", "diff", "--audit", _audit["audit-000001.jsonl"], "--policies", _policies.Path, "-o", "json"), Is.EqualTo(1));
        Assert.That(bench.Json.GetProperty("flips")[0].GetProperty("to").GetString(), Is.EqualTo("DENY"));
        Assert.That(await bench.RunAsync("policy", "diff", "--audit", _audit.Path, "--policies", _policies.Path), Is.EqualTo(1));
        Assert.That(bench.Out, Does.Contain("no-read").And.Contain("allow").And.Contain("issue read"));
    }

    [Test]
    public async Task PolicyDiff_Cases_ComparesTwoSets()
    {
        await using var bench = await BenchAsync();
        var starter = Path.Combine(Repository.Root, "samples", "policies", "starter");
        var threats = Path.Combine(Repository.Root, "samples", "policies", "threats");
        _policies.Write("all.cedar", All);

        Assert.That(await bench.RunAsync("policy", "diff", "--cases", threats, "--against", starter, "--policies", starter), Is.Zero, bench.Error);
        Assert.That(await bench.RunAsync("policy", "diff", "--cases", threats, "--against", starter, "--policies", _policies.Path), Is.EqualTo(1));
        Assert.That(bench.Out, Does.Contain("publish-by-a-tool"));
    }

    [Test]
    public async Task PolicyDiff_WhatCannotBeRead_IsAWrongCall()
    {
        await using var bench = await BenchAsync();
        _policies.Write("all.cedar", All);
        Record("{\"type\":5}");
        Assert.That(await bench.RunAsync("policy", "diff", "--audit", _audit.Path, "--policies", _policies.Path), Is.EqualTo(2));
        Assert.That(bench.Out, Does.Contain("audit-000001.jsonl:1: audit: is no line"));
        Assert.That(await bench.RunAsync("policy", "diff", "--audit", _audit["nowhere"], "--policies", _policies.Path), Is.EqualTo(2));
        Assert.That(await bench.RunAsync("policy", "diff", "--policies", _policies.Path), Is.EqualTo(2));
        _policies.Write("all.cedar", "nonsense");
        Assert.That(await bench.RunAsync("policy", "diff", "--audit", _audit.Path, "--policies", _policies.Path), Is.EqualTo(2));
    }

    [Test]
    public async Task RunAsync_LineThatIsBeingWritten_IsLeftOut()
    {
        Record(Opened());
        await File.AppendAllTextAsync(_audit["audit-000001.jsonl"], "{\"type\":\"issue_al");

        var report = await RunAsync(All);

        Assert.That((report.Faults.Count, report.Replayed), Is.EqualTo((0, 1)));
    }

    private static async Task<IReadOnlyList<CredBroker.Leases.Lease>> HeldAsync(EvaluatedPolicies policies) =>
        (await policies.Leases.ScanAsync(Task.Id.Bucket, new CredBroker.Leases.LeaseSelector { TaskId = Task.Id }, null, 10, CancellationToken.None)).Leases;

    private static async Task<CliBench> BenchAsync()
    {
        var bench = await CliBench.StartAsync();
        bench.Variables["XDG_CACHE_HOME"] = TestCedar.CacheFolder;
        return bench;
    }

    private static PolicyDecision Allow() => PolicyDecision.Allow("0123456789abcdef", ["all"]);

    private static string Opened() => Line("task_opened", DecisionFacts.OfOpening(Task, System.Net.IPAddress.Parse("10.1.2.3")), minutes: -1);

    private static string Issued(PolicyRequest request, PolicyDecision? decision = null) => Line("issue_allowed", DecisionFacts.OfUse(request, decision ?? Allow()), request.Task);

    private static string Refused(PolicyRequest request, string by = "no")
    {
        var facts = DecisionFacts.OfUse(request, PolicyDecision.Deny(ErrorReason.PolicyDenied, "No.", "0123456789abcdef", [by]));
        facts["verb"] = "issue";
        return Line("refused", facts);
    }

    private static string Called(string capability, bool allowed = true)
    {
        var call = new ToolCall
        {
            Task = Task,
            Tool = "search",
            Capability = Enum.Parse<Capabilities>(capability, ignoreCase: true),
            Target = "orders-db",
            Sensitivity = Sensitivity.Internal,
        };
        var decision = allowed ? Allow() : PolicyDecision.Deny(ErrorReason.PolicyDenied, "No.", "0123456789abcdef", ["no"]);
        return Line(allowed ? "tool_call_allowed" : "tool_call_denied", DecisionFacts.OfToolCall(call, decision));
    }

    private static string Line(string type, Dictionary<string, string> details, AgentTask? task = null, int minutes = 0) => new JsonObject
    {
        ["seq"] = 1,
        ["time"] = new DateTimeOffset(2026, 3, 1, 12, 0, 0, TimeSpan.Zero).AddMinutes(minutes).ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture),
        ["type"] = type,
        ["actor"] = new JsonObject { ["kind"] = "agent", ["subject"] = Task.Subject, ["tenant"] = Task.Tenant },
        ["task"] = (task ?? Task).Id.Value,
        ["details"] = new JsonObject(details.Select(detail => KeyValuePair.Create(detail.Key, (JsonNode?)detail.Value))),
    }.ToJsonString();

    private void Record(params string[] lines) => _audit.Write("audit-000001.jsonl", string.Concat(lines.Select(line => line + "\n")));

    private Task<PolicyReplayReport> RunAsync(string policies, string? templates = null)
    {
        _policies.Write("all.cedar", policies);
        return PolicyReplay.RunAsync(new PolicyReplayRequest([_audit.Path], _policies.Path, templates), TestCedar.Module, CancellationToken.None);
    }
}
