using CredBroker.Leases;
using CredBroker.Policy;
using CredBroker.Tasks;

namespace CredBroker.Tests.Policy.Cedar;

[TestFixture]
[Category("Unit")]
public sealed class WorkloadLeasesPolicyTests
{
    private const string Policies = """
        @id("all") permit (principal, action, resource);
        @id("few") forbid (principal, action == Action::"read", resource) when { context.workload_leases >= 2 };
        @id("one") forbid (principal, action == Action::"write", resource == Template::"orders") when { context.workload_template_leases >= 1 };
        @id("tools") forbid (principal, action == Action::"callTool", resource) when { context.workload_leases >= 2 };
        """;

    private static readonly PolicyRequest Read = EvaluatedPolicies.Request;
    private static readonly PolicyRequest Write = EvaluatedPolicies.Request with { Requested = Capabilities.Write };

    private EvaluatedPolicies _policies = null!;

    [SetUp]
    public void SetUp() => _policies = new EvaluatedPolicies().Use(Policies);

    [TearDown]
    public void TearDown() => _policies.Dispose();

    [Test]
    public async Task EvaluateAsync_BelowTheBound_IsPermittedAndSaysWhatItCounted()
    {
        Hold("invoices");

        var decision = await _policies.EvaluateAsync(Read);

        Assert.That((decision.Allowed, decision.LookedAtHeld, decision.Counted), Is.EqualTo((true, true, new WorkloadCounts(1, null))));
    }

    [Test]
    public async Task EvaluateAsync_AtTheBound_IsForbiddenWhicheverTaskHoldsThem()
    {
        Hold("invoices");
        Hold("invoices", PolicyTasks.Agent with { Id = TaskId.New(7, DateTimeOffset.UnixEpoch) });

        var decision = await _policies.EvaluateAsync(Read);

        Assert.That((decision.Allowed, decision.PolicyIds), Is.EqualTo((false, new[] { "few" })).Using<string[]>((a, b) => a.SequenceEqual(b)));
    }

    [Test]
    public async Task EvaluateAsync_LeasesOfOthers_DoNotCount()
    {
        for (var i = 0; i < 4; i++)
        {
            Hold("orders", PolicyTasks.Agent with { Subject = "spiffe://acme.test/agent/other" });
            Hold("orders", PolicyTasks.Agent with { Tenant = "billing" });
        }

        Assert.That((await _policies.EvaluateAsync(Read)).Allowed, Is.True);
        Assert.That((await _policies.EvaluateAsync(Write)).Allowed, Is.True);
    }

    [Test]
    public async Task EvaluateAsync_OfTheTemplate_CountsThatAlone()
    {
        for (var i = 0; i < 4; i++) Hold("invoices");
        var before = await _policies.EvaluateAsync(Write);
        Hold("orders");

        Assert.That((before.Allowed, before.Counted), Is.EqualTo((true, new WorkloadCounts(null, 0))));
        Assert.That((await _policies.EvaluateAsync(Write)).Allowed, Is.False);
    }

    [Test]
    public async Task EvaluateAsync_NoPolicyThatMayMatchLooks_CostsNothing()
    {
        var decision = await _policies.EvaluateAsync(EvaluatedPolicies.Request with { Requested = Capabilities.Delegate });

        Assert.That((decision.Allowed, decision.LookedAtHeld, _policies.Leases.Counts), Is.EqualTo((true, false, 0)));
    }

    [Test]
    public async Task EvaluateAsync_LeaseThatItIsAbout_DoesNotCount()
    {
        var own = Hold("orders");

        Assert.That((await _policies.EvaluateAsync(Write)).Allowed, Is.False);
        Assert.That((await _policies.EvaluateAsync(Write with { LeaseId = own })).Allowed, Is.True);
    }

    [Test]
    public async Task EvaluateAsync_AskedAsTheOnlyLease_NoneCountsAndTheStoreIsNotAsked()
    {
        for (var i = 0; i < 4; i++) Hold("orders");

        Assert.That((await _policies.EvaluateAsync(Write with { IsOnlyLease = true })).Allowed, Is.True);
        Assert.That(_policies.Leases.Counts, Is.Zero);
    }

    [Test]
    public async Task EvaluateAsync_MoreThanCanBeCounted_IsDenied()
    {
        for (var i = 0; i <= IWorkloadLeases.MaxPerBucket; i++) Hold("orders");

        var decision = await _policies.EvaluateAsync(Write);

        Assert.That((decision.Allowed, decision.IsFault), Is.EqualTo((false, true)));
        Assert.That(decision.Message, Does.Contain("too many"));
    }

    [Test]
    public async Task EvaluateToolCallAsync_AtTheBound_IsForbidden()
    {
        var call = new ToolCall
        {
            Task = PolicyTasks.Agent,
            Tool = "search",
            Capability = Capabilities.Read,
            Target = "wiki",
            Sensitivity = Sensitivity.Public,
        };
        Hold("orders");
        Assert.That((await _policies.EvaluateToolCallAsync(call)).Allowed, Is.True);

        Hold("orders");
        Assert.That((await _policies.EvaluateToolCallAsync(call)).Allowed, Is.False);
    }

    private LeaseId Hold(string template, AgentTask? task = null) =>
        _policies.Hold(task ?? PolicyTasks.Agent, template, Sensitivity.Internal, Capabilities.Read);
}
