using System.Text.Json;
using CredBroker.Policy.Cedar.Decisions;
using CredBroker.Policy.Cedar.Documents;

namespace CredBroker.Tests.Policy.Cedar;

[TestFixture]
[Category("Unit")]
public sealed class CedarSessionTests
{
    private const string PermitAll = "permit (principal, action, resource);";

    private CedarSession _session = null!;

    [SetUp]
    public void SetUp() => _session = TestCedar.NewSession();

    [TearDown]
    public void TearDown() => _session.Dispose();

    [Test]
    public void Decide_NoPolicies_DeniesForNoReason()
    {
        var answer = Decide(new Ask());

        Assert.That((answer.Allowed, answer.Reasons.Count, answer.Errors.Count), Is.EqualTo((false, 0, 0)));
    }

    [Test]
    public void Decide_Permitted_NamesEveryPolicyThatPermits()
    {
        var answer = Decide(new Ask(), PermitAll, """permit (principal, action, resource) when { principal.kind == "human" };""", PermitAll);

        Assert.That(answer.Allowed, Is.True);
        Assert.That(answer.Reasons, Is.EquivalentTo(new[] { "p0", "p2" }));
    }

    [Test]
    public void Decide_Forbidden_NamesWhatForbidsOnly()
    {
        var answer = Decide(new Ask { RiskLevel = 3 }, PermitAll, "forbid (principal, action, resource) when { resource.risk_level > 2 };");

        Assert.That(answer.Allowed, Is.False);
        Assert.That(answer.Reasons, Is.EqualTo(new[] { "p1" }));
    }

    [Test]
    public void Decide_PolicyThatFails_IsNamedWithItsError()
    {
        var answer = Decide(new Ask(), PermitAll, "forbid (principal, action, resource) when { context.approval.groups.isEmpty() };");

        Assert.That(answer.Allowed, Is.True, "Cedar leaves out what fails: whoever asks must look at the errors.");
        Assert.That(answer.Errors.Single().PolicyId, Is.EqualTo("p1"));
        Assert.That(answer.Errors.Single().Message, Does.Contain("approval"));
    }

    [Test]
    public void Decide_RequestThatDoesNotFitTheSchema_IsAnErrorAndNoPermission()
    {
        var members = new Ask().Members();
        members.Remove("context");
        members["context"] = new { live_leases = 1 };

        var answer = _session.Decide(Policies.Slice(PermitAll), "read", JsonSerializer.SerializeToUtf8Bytes(members), validate: true);

        Assert.That(answer.Allowed, Is.False);
        Assert.That(answer.Errors, Is.Not.Empty);
    }

    [Test]
    public void Decide_WholeRequest_FitsTheSchema()
    {
        var request = EvaluatedPolicies.Request with { Source = System.Net.IPAddress.IPv6Loopback, Task = PolicyTasks.Agent with { Labels = new Dictionary<string, string> { ["env"] = "test" } } };

        var facts = new RequestFacts([], DateTimeOffset.UnixEpoch) { Approved = ["owners", "oncall"], Counted = new CredBroker.Policy.WorkloadCounts(3, 1) };

        var use = _session.Decide(Policies.Slice(PermitAll), "read", RequestJson.OfUse(request, facts, PolicyUses.Everything), validate: true);
        var opening = _session.Decide(
            Policies.Slice(PermitAll), "openTask", RequestJson.OfOpening(request.Task, System.Net.IPAddress.Loopback, DateTimeOffset.UnixEpoch, PolicyUses.Everything), validate: true);
        var tool = _session.Decide(
            Policies.Slice(PermitAll), "callTool", RequestJson.OfToolCall(ToolCallPolicyTests.Call, facts, PolicyUses.Everything), validate: true);

        Assert.That(use.Errors.Concat(opening.Errors).Concat(tool.Errors), Is.Empty);
        Assert.That((use.Allowed, opening.Allowed, tool.Allowed), Is.EqualTo((true, true, true)));
    }

    [TestCase("Workload::\"spiffe://acme.test/agent/one\"", true)]
    [TestCase("Tenant::\"payments\"", true)]
    [TestCase("Tenant::\"billing\"", false)]
    public void Decide_PrincipalInGroup_FollowsTheHierarchy(string group, bool allowed) =>
        Assert.That(Decide(new Ask(), $"permit (principal in {group}, action, resource);").Allowed, Is.EqualTo(allowed));

    [TestCase("context.ttl <= duration(\"2m\")", true)]
    [TestCase("context.ttl < duration(\"2m\")", false)]
    [TestCase("context.now < datetime(\"2026-03-02\")", true)]
    [TestCase("context has source && context.source.isInRange(ip(\"10.0.0.0/8\"))", true)]
    [TestCase("context.held.contains({ target: \"ledger\", sensitivity: \"restricted\", capability: \"read\" })", true)]
    [TestCase("context.holding.contains({ sensitivity: \"restricted\", capability: \"read\" })", true)]
    [TestCase("context.holding.contains({ sensitivity: \"restricted\", capability: \"write\" })", false)]
    [TestCase("context.task.hasTag(\"env\") && context.task.getTag(\"env\").value == \"test\"", true)]
    [TestCase("context.task.purpose.declared_by == \"orchestrator\"", false)]
    public void Decide_Context_IsSeenByPolicies(string condition, bool allowed)
    {
        var ask = new Ask
        {
            Source = "10.1.2.3",
            Held = [("ledger", "restricted", "read")],
            Labels = new Dictionary<string, string> { ["env"] = "test" },
        };

        var answer = Decide(ask, $"permit (principal, action, resource) when {{ {condition} }};");

        Assert.That(answer.Errors, Is.Empty);
        Assert.That(answer.Allowed, Is.EqualTo(allowed));
    }

    [Test]
    public void Decide_SliceThatGaveItsPlaceAway_IsReadAgain()
    {
        using var session = TestCedar.NewSession(maxPolicies: 2);
        var permits = Policies.Slice(PermitAll);
        var forbids = Enumerable.Range(0, 5).Select(_ => Policies.Slice("forbid (principal, action, resource);")).ToList();

        for (var round = 0; round < 3; round++)
        {
            Assert.That(session.Decide(permits, "read", new Ask().Json).Allowed, Is.True);
            foreach (var slice in forbids) Assert.That(session.Decide(slice, "read", new Ask().Json).Allowed, Is.False);
        }
    }

    private CedarAnswer Decide(Ask ask, params string[] policies) => _session.Decide(Policies.Slice(policies), ask.Action, ask.Json);
}
