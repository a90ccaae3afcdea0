using CredBroker.Policy;

namespace CredBroker.Tests.Policy.Cedar;

/// <summary>What people can lift, and what they cannot.</summary>
[TestFixture]
[Category("Unit")]
public sealed class ApprovalPolicyTests
{
    private const string PermitAll = """@id("all") permit (principal, action, resource);""";
    private const string AskOncall = """@id("ask") @approval("oncall") forbid (principal, action, resource) unless { context has approval && context.approval.groups.contains("oncall") };""";

    private readonly EvaluatedPolicies _policies = new();

    [TearDown]
    public void TearDown() => _policies.Dispose();

    [Test]
    public async Task Evaluate_ForbiddenUnlessApproved_IsPendingAndKnowsWhatItComesTo()
    {
        _policies.Use("""@id("all") @max_ttl("3m") permit (principal, action, resource);""" + AskOncall);

        var decision = await _policies.EvaluateAsync(EvaluatedPolicies.Request);

        Assert.That((decision.Allowed, decision.IsPending, decision.Refusal), Is.EqualTo((false, true, ErrorReason.PolicyDenied)), "whoever knows nothing of approvals takes it for a no");
        Assert.That(decision.PolicyIds, Is.EqualTo(new[] { "ask" }));
        Assert.That((decision.IfApproved!.Allowed, decision.IfApproved.MaxTtl), Is.EqualTo((true, TimeSpan.FromMinutes(3))));
        Assert.That(decision.IfApproved.PolicyIds, Is.EqualTo(new[] { "all" }));
    }

    [Test]
    public async Task Evaluate_TwoPoliciesTwoGroups_BothAreNeededEachWithTheMostThatIsAskedOfIt()
    {
        _policies.Use(PermitAll + AskOncall + """
            @id("more") @approval("oncall:3") forbid (principal, action, resource) unless { context has approval };
            @id("owners") @approval("owners:2") forbid (principal, action == Action::"write", resource) unless { context has approval && context.approval.groups.contains("owners") };
            """);

        var decision = await _policies.EvaluateAsync(EvaluatedPolicies.Request with { Requested = Capabilities.Read | Capabilities.Write });

        Assert.That(decision.IsPending, Is.True);
        Assert.That(decision.Approvals, Is.EqualTo(new[] { new ApprovalNeed("oncall", 3), new ApprovalNeed("owners", 2) }));
        Assert.That(decision.Message, Is.EqualTo("To read and write on template orders needs the approval of 3 of oncall and 2 of owners."));
    }

    [Test]
    public async Task Evaluate_OneCapabilityForbiddenForGood_IsANo()
    {
        _policies.Use(PermitAll + AskOncall.Replace("action, resource", "action == Action::\"read\", resource", StringComparison.Ordinal)
            + """@id("never") forbid (principal, action == Action::"write", resource);""");

        var decision = await _policies.EvaluateAsync(EvaluatedPolicies.Request with { Requested = Capabilities.Read | Capabilities.Write });

        Assert.That((decision.IsPending, decision.Approvals.Count), Is.EqualTo((false, 0)));
        Assert.That(decision.Message, Is.EqualTo("Policy forbids write on template orders."));
    }

    [TestCase("", "a policy that nothing lifts")]
    [TestCase("unless { context has approval && context.approval.groups.contains(\"others\") }", "a policy that another group lifts")]
    public async Task Evaluate_StillForbiddenWithTheApproval_IsANo(string unless, string why)
    {
        _policies.Use(PermitAll + $$"""@id("ask") @approval("oncall") forbid (principal, action, resource) {{unless}};""");

        var decision = await _policies.EvaluateAsync(EvaluatedPolicies.Request);

        Assert.That((decision.IsPending, decision.Approvals.Count), Is.EqualTo((false, 0)), why);
        Assert.That(decision.Message, Does.EndWith("and policy forbids it even so."));
    }

    [Test]
    public async Task Evaluate_NothingPermitsEvenWithTheApproval_IsANo()
    {
        _policies.Use(AskOncall);

        Assert.That((await _policies.EvaluateAsync(EvaluatedPolicies.Request)).IsPending, Is.False);
    }

    [Test]
    public async Task Evaluate_PolicyThatForbidsOnceSomebodyApproves_IsANo()
    {
        _policies.Use(PermitAll + AskOncall + """@id("trap") forbid (principal, action, resource) when { context has approval };""");

        Assert.That((await _policies.EvaluateAsync(EvaluatedPolicies.Request)).IsPending, Is.False);
    }

    [Test]
    public async Task EvaluateToolCall_ForbiddenUnlessApproved_IsPending()
    {
        _policies.Use(PermitAll + AskOncall);

        var decision = await _policies.EvaluateToolCallAsync(ToolCallPolicyTests.Call);

        Assert.That((decision.IsPending, decision.IfApproved?.Allowed), Is.EqualTo((true, true)));
    }

    [Test]
    public async Task EvaluateOpening_ForbiddenUnlessApproved_IsANo()
    {
        _policies.Use(PermitAll + AskOncall);

        var decision = await _policies.EvaluateOpeningAsync(PolicyTasks.Agent);

        Assert.That((decision.Allowed, decision.IsPending), Is.EqualTo((false, false)), "there is no task yet that could ask");
    }
}
