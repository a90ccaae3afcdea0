using CredBroker.Policy;
using CredBroker.Tasks;

namespace CredBroker.Tests.Policy.Cedar;

[TestFixture]
[Category("Unit")]
public sealed class HeldPolicyTests
{
    private const string Policies = """
        @id("all") permit (principal, action, resource);
        @id("leak") forbid (principal, action == Action::"write", resource in Sensitivity::"public")
        when { context.holding.contains({ sensitivity: "restricted", capability: "read" }) };
        @id("same") forbid (principal, action == Action::"delegate", resource)
        when { context.held.contains({ target: "ledger", sensitivity: "restricted", capability: "read" }) };
        @id("few") forbid (principal, action == Action::"renew", resource) when { context.live_leases > 1 };
        """;

    private static readonly PolicyRequest WritePublic = EvaluatedPolicies.Request with
    {
        Template = EvaluatedPolicies.Orders with { Sensitivity = Sensitivity.Public },
        Requested = Capabilities.Write,
    };

    private EvaluatedPolicies _policies = null!;

    [SetUp]
    public void SetUp() => _policies = new EvaluatedPolicies().Use(Policies);

    [TearDown]
    public void TearDown() => _policies.Dispose();

    [Test]
    public async Task EvaluateAsync_NothingHeld_IsPermittedAndSaysThatItLooked()
    {
        var decision = await _policies.EvaluateAsync(WritePublic);

        Assert.That((decision.Allowed, decision.LookedAtHeld), Is.EqualTo((true, true)));
    }

    [Test]
    public async Task EvaluateAsync_HeadsThatDoNotMatch_CostNoQuestionToTheStore()
    {
        var decision = await _policies.EvaluateAsync(WritePublic with { Template = EvaluatedPolicies.Orders });

        Assert.That((decision.Allowed, decision.LookedAtHeld, _policies.Leases.Scans), Is.EqualTo((true, false, 0)));
    }

    [TestCase(Sensitivity.Restricted, Capabilities.Read, false)]
    [TestCase(Sensitivity.Restricted, Capabilities.Read | Capabilities.Write, false)]
    [TestCase(Sensitivity.Restricted, Capabilities.Write, true)]
    [TestCase(Sensitivity.Confidential, Capabilities.Read, true)]
    public async Task EvaluateAsync_Held_ForbidsTheCombination(Sensitivity sensitivity, Capabilities capabilities, bool allowed)
    {
        _policies.Hold(PolicyTasks.Agent, "ledger", sensitivity, capabilities);

        Assert.That((await _policies.EvaluateAsync(WritePublic)).Allowed, Is.EqualTo(allowed));
    }

    [Test]
    public async Task EvaluateAsync_HeldByParentOrSibling_CountsToo()
    {
        var sibling = Child();
        _policies.Hold(sibling, "ledger", Sensitivity.Restricted, Capabilities.Read);

        Assert.That((await _policies.EvaluateAsync(WritePublic)).Allowed, Is.False, "the parent");
        Assert.That((await _policies.EvaluateAsync(WritePublic with { Task = Child() })).Allowed, Is.False, "another child");
        Assert.That((await _policies.EvaluateAsync(WritePublic with { Task = PolicyTasks.Agent with { Id = NewId() } })).Allowed, Is.True, "another tree");
    }

    [Test]
    public async Task EvaluateAsync_TargetOfTheHeld_CanBeNamed()
    {
        var delegates = EvaluatedPolicies.Request with { Requested = Capabilities.Delegate };
        _policies.Hold(PolicyTasks.Agent, "other", Sensitivity.Restricted, Capabilities.Read);
        Assert.That((await _policies.EvaluateAsync(delegates)).Allowed, Is.True);

        _policies.Hold(PolicyTasks.Agent, "ledger", Sensitivity.Restricted, Capabilities.Read);
        Assert.That((await _policies.EvaluateAsync(delegates)).Allowed, Is.False);
    }

    [Test]
    public async Task EvaluateAsync_LeaseThatItIsAbout_DoesNotCount()
    {
        _policies.Hold(PolicyTasks.Agent, "one", Sensitivity.Internal, Capabilities.Read);
        var own = _policies.Hold(PolicyTasks.Agent, "two", Sensitivity.Internal, Capabilities.Read);
        var renewal = EvaluatedPolicies.Request with { IsRenewal = true };

        Assert.That((await _policies.EvaluateAsync(renewal)).Allowed, Is.False);
        Assert.That((await _policies.EvaluateAsync(renewal with { LeaseId = own })).Allowed, Is.True);
    }

    [Test]
    public async Task EvaluateAsync_MoreThanCanBeLookedAt_IsDenied()
    {
        for (var i = 0; i <= HeldLeases.MaxLeases; i++) _policies.Hold(PolicyTasks.Agent, "wiki", Sensitivity.Public, Capabilities.Read);

        Assert.That((await _policies.EvaluateAsync(WritePublic)).Message, Does.Contain("too many"));
    }

    private static AgentTask Child() => PolicyTasks.Agent with { Id = NewId(), Ancestors = [PolicyTasks.Agent.Id] };

    private static TaskId NewId() => TaskId.New(0, DateTimeOffset.UnixEpoch);
}
