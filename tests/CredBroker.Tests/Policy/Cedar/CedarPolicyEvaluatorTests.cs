using CredBroker.Policy;
using CredBroker.Policy.Cedar.Documents;
using CredBroker.Tasks;
using Microsoft.Extensions.Logging;

namespace CredBroker.Tests.Policy.Cedar;

[TestFixture]
[Category("Unit")]
public sealed class CedarPolicyEvaluatorTests
{
    private const string PermitAll = """@id("all") permit (principal, action, resource);""";

    private static readonly PolicyRequest Request = EvaluatedPolicies.Request;

    private EvaluatedPolicies _policies = null!;

    [SetUp]
    public void SetUp() => _policies = new EvaluatedPolicies();

    [TearDown]
    public void TearDown() => _policies.Dispose();

    [Test]
    public async Task EvaluateAsync_NoPolicies_DeniesEverything()
    {
        Assert.That((await _policies.EvaluateAsync(Request)).Refusal, Is.EqualTo(ErrorReason.PolicyDenied));
        Assert.That((await _policies.EvaluateOpeningAsync(PolicyTasks.Agent)).Refusal, Is.EqualTo(ErrorReason.PolicyDenied));
    }

    [Test]
    public async Task EvaluateAsync_Permitted_NamesSetAndPolicies()
    {
        _policies.Use("""@id("b") permit (principal, action, resource); @id("a") permit (principal, action == Action::"read", resource);""");

        var decision = await _policies.EvaluateAsync(Request);

        Assert.Multiple(() =>
        {
            Assert.That((decision.Allowed, decision.MaxTtl, decision.LookedAtHeld), Is.EqualTo((true, (TimeSpan?)null, false)));
            Assert.That(decision.PolicyVersion, Is.EqualTo(_policies.Version));
            Assert.That(decision.PolicyIds, Is.EqualTo(new[] { "a", "b" }));
        });
    }

    [Test]
    public async Task EvaluateAsync_OneCapabilityIsNotPermitted_DeniesAll()
    {
        _policies.Use("""@id("read") permit (principal, action == Action::"read", resource);""");

        Assert.That((await _policies.EvaluateAsync(Request)).Allowed, Is.True);
        var decision = await _policies.EvaluateAsync(Request with { Requested = Capabilities.Read | Capabilities.Write });

        Assert.That((decision.Refusal, decision.Message), Is.EqualTo((ErrorReason.PolicyDenied, "No policy permits write on template orders.")));
    }

    [Test]
    public async Task EvaluateAsync_BeyondTheTemplate_IsDeniedWhateverPolicySays()
    {
        _policies.Use(PermitAll);

        var decision = await _policies.EvaluateAsync(Request with { Template = EvaluatedPolicies.Orders with { Capabilities = Capabilities.Write } });

        Assert.That((decision.Refusal, decision.PolicyIds.Single()), Is.EqualTo((ErrorReason.CapabilityNotOffered, TemplateBoundsEvaluator.PolicyId)));
    }

    [Test]
    public async Task EvaluateAsync_Forbidden_GivesItsReason()
    {
        _policies.Use(PermitAll + """
            @id("no") forbid (principal, action, resource);
            @id("no-because") @reason("Ask the platform team.") forbid (principal, action == Action::"read", resource);
            """);

        var decision = await _policies.EvaluateAsync(Request);

        Assert.That((decision.Message, string.Join(' ', decision.PolicyIds)), Is.EqualTo(("Ask the platform team.", "no no-because")));
        Assert.That((await _policies.EvaluateAsync(Request with { Requested = Capabilities.Write })).Message, Is.EqualTo("Policy forbids write on template orders."));
    }

    [Test]
    public async Task EvaluateAsync_MaxTtl_StrictestOfWhatPermitsWins()
    {
        _policies.Use("""
            @id("long") @max_ttl("8m") permit (principal, action == Action::"read", resource);
            @id("short") @max_ttl("90s") permit (principal, action == Action::"write", resource);
            @id("other") @max_ttl("1s") permit (principal, action == Action::"read", resource) when { context.task.depth > 3 };
            """);

        Assert.That((await _policies.EvaluateAsync(Request)).MaxTtl, Is.EqualTo(TimeSpan.FromMinutes(8)));
        Assert.That(
            (await _policies.EvaluateAsync(Request with { Requested = Capabilities.Read | Capabilities.Write })).MaxTtl, Is.EqualTo(TimeSpan.FromSeconds(90)));
    }

    [Test]
    public async Task EvaluateAsync_ForbiddenUnlessApproved_DeniesAndSaysWhoseApprovalIsNeeded()
    {
        _policies.Use(PermitAll + """@id("ask") @approval("oncall") forbid (principal, action, resource) unless { context has approval };""");

        var decision = await _policies.EvaluateAsync(Request);

        Assert.That((decision.Refusal, decision.PolicyIds.Single()), Is.EqualTo((ErrorReason.PolicyDenied, "ask")));
        Assert.That(decision.Message, Does.Contain("approval of oncall"));
    }

    [Test]
    public async Task EvaluateAsync_ForbiddenByMoreThanApprovalLifts_DoesNotOfferIt()
    {
        _policies.Use(PermitAll + """
            @id("ask") @approval("oncall") forbid (principal, action, resource);
            @id("never") forbid (principal, action, resource);
            """);

        Assert.That((await _policies.EvaluateAsync(Request)).Message, Is.EqualTo("Policy forbids read on template orders."));
    }

    [Test]
    public async Task EvaluateAsync_PolicyThatFails_DeniesAndLogs()
    {
        // What validation refuses can only come from a fault of ours; a forbid that fails is left out by Cedar.
        _policies.Use(new CedarPolicySet([Policies.Of("all", PermitAll), Policies.Of("broken", "forbid (principal, action, resource) when { resource.nope };")]));

        var decision = await _policies.EvaluateAsync(Request);

        Assert.That((decision.Refusal, decision.PolicyIds.Single()), Is.EqualTo((ErrorReason.PolicyDenied, "broken")));
        Assert.That(decision.Message, Does.Contain("could not be evaluated"));
        Assert.That(_policies.Logger.Collector.GetSnapshot().Single(record => record.Level == LogLevel.Error).Message, Does.Contain("broken").And.Contain("nope"));
    }

    [Test]
    public async Task EvaluateAsync_Overflow_Denies()
    {
        _policies.Use(PermitAll + """@id("sum") forbid (principal, action == Action::"read", resource) when { resource.risk_level + 9223372036854775807 > 0 };""");

        Assert.That((await _policies.EvaluateAsync(Request)).Allowed, Is.False);
    }

    [Test]
    public async Task EvaluateAsync_Renewal_HasToBePermittedToo()
    {
        _policies.Use("""@id("read") permit (principal, action == Action::"read", resource);""");

        Assert.That((await _policies.EvaluateAsync(Request)).Allowed, Is.True);
        Assert.That((await _policies.EvaluateAsync(Request with { IsRenewal = true })).Message, Is.EqualTo("No policy permits renew on template orders."));
    }

    [Test]
    public async Task EvaluateOpeningAsync_Task_IsDecidedByItsClaims()
    {
        _policies.Use("""
            @id("open") permit (principal in Tenant::"payments", action == Action::"openTask", resource)
            when { resource.purpose.value like "reconcile*" && resource.depth == 0 && context.delegated.isEmpty() };
            """);

        Assert.That((await _policies.EvaluateOpeningAsync(PolicyTasks.Agent)).PolicyIds, Is.EqualTo(new[] { "open" }));
        var decision = await _policies.EvaluateOpeningAsync(PolicyTasks.Agent with { Purpose = "exfiltrate" });

        Assert.That((decision.Refusal, decision.Message), Is.EqualTo((ErrorReason.PolicyDenied, "No policy permits openTask on a task.")));
    }

    [Test]
    public async Task EvaluateOpeningAsync_ChildTask_ShowsDepthAndWhatIsPassedDown()
    {
        _policies.Use("""
            @id("child") permit (principal, action == Action::"openTask", resource)
            when { resource.depth == 1 && context.delegated == ["orders"] };
            """);
        var child = PolicyTasks.Agent with { Ancestors = [PolicyTasks.Agent.Id], Ceiling = [new DelegatedTemplate("orders", Capabilities.Read, null)] };

        Assert.That((await _policies.EvaluateOpeningAsync(child)).Allowed, Is.True);
    }

    [Test]
    public async Task EvaluateAsync_Facts_AreAsTheyStand()
    {
        _policies.Use("""
            @id("all-facts") permit (principal == Workload::"spiffe://acme.test/agent/one", action == Action::"read", resource == Template::"orders")
            when {
              principal in Tenant::"payments" && principal in Kind::"agent" && principal.attestor == "spiffe_jwt" &&
              principal.selectors.contains("spiffe:trust_domain:acme.test") &&
              resource in Target::"orders-db" && resource in Sensitivity::"internal" && resource in Risk::"low" &&
              resource.sensitivity_level == 2 && resource.risk_level == 1 && resource.owner == "payments-platform" &&
              resource.capabilities == ["read", "write", "delegate"] && context.requested == ["write", "read"] &&
              context.ttl == duration("90s") && context.now == datetime("2026-03-01T12:00:00Z") &&
              context.task.age == duration("45s") && context.task.intent.value == "match\n\"all\"" &&
              context.task.getTag("env").value == "prod" && context.live_leases == 0
            };
            @id("write") permit (principal, action == Action::"write", resource);
            """.Replace("context.task.getTag", "context.task.hasTag(\"env\") && context.task.getTag", StringComparison.Ordinal));

        var decision = await _policies.EvaluateAsync(Request with
        {
            Requested = Capabilities.Read | Capabilities.Write,
            Ttl = TimeSpan.FromSeconds(90),
            Task = PolicyTasks.Agent with
            {
                Intent = "match\n\"all\"",
                OpenedAt = _policies.Time.GetUtcNow() - TimeSpan.FromSeconds(45),
                Labels = new Dictionary<string, string> { ["env"] = "prod" },
            },
        });

        Assert.That(decision.Allowed, Is.True, decision.Message);
    }

    [TestCase(WorkloadKind.Agent, new string[0], false)]
    [TestCase(WorkloadKind.Agent, new[] { "purpose" }, true)]
    [TestCase(WorkloadKind.Agent, new[] { "intent", "label:env" }, false)]
    [TestCase(WorkloadKind.Orchestrator, new string[0], true)]
    public async Task EvaluateAsync_Claim_SaysWhoseWordItIs(WorkloadKind kind, string[] vouched, bool orchestrators)
    {
        _policies.Use("""@id("word") permit (principal, action, resource) when { context.task.purpose.declared_by == "orchestrator" };"""
            .Replace("action,", "action == Action::\"read\",", StringComparison.Ordinal));

        Assert.That((await _policies.EvaluateAsync(Request with { Task = PolicyTasks.Agent with { Kind = kind, Vouched = vouched } })).Allowed, Is.EqualTo(orchestrators));
    }

    [Test]
    public async Task EvaluateAsync_LabelsThatLookLikeCedarsOwn_AreText()
    {
        _policies.Use(PermitAll);
        var labels = new Dictionary<string, string> { ["__entity"] = "x", ["__extn"] = """{"fn":"ip","arg":"1"}""", [""] = "", ["\u2028"] = "\ud800" };

        Assert.That((await _policies.EvaluateAsync(Request with { Task = PolicyTasks.Agent with { Labels = labels } })).Allowed, Is.True);
    }
}
