using CredBroker.Policy;
using CredBroker.Policy.Cedar.Documents;
using CredBroker.Testing;

namespace CredBroker.Tests.Policy.Cedar;

/// <summary>What the policies that are shipped say.</summary>
[TestFixture]
[Category("Unit")]
public sealed class StarterPoliciesTests
{
    private EvaluatedPolicies _policies = null!;

    [SetUp]
    public void SetUp()
    {
        var reading = PolicyFolder.Read(Path.Combine(Repository.Root, "samples", "policies", "starter"), TestCedar.Module);
        Assert.That(reading.Faults, Is.Empty);
        _policies = new EvaluatedPolicies().Use(reading.Set!);
    }

    [TearDown]
    public void TearDown() => _policies.Dispose();

    [TestCase(WorkloadKind.Agent, true)]
    [TestCase(WorkloadKind.Orchestrator, true)]
    [TestCase(WorkloadKind.Service, false)]
    [TestCase(WorkloadKind.Human, false)]
    public async Task Opening_Kind_OnlyThoseThatDoTasks(WorkloadKind kind, bool allowed) =>
        Assert.That((await _policies.EvaluateOpeningAsync(PolicyTasks.Agent with { Kind = kind })).Allowed, Is.EqualTo(allowed));

    [TestCase(2, true)]
    [TestCase(3, false)]
    public async Task Opening_Depth_IsBounded(int depth, bool allowed)
    {
        var ancestors = Enumerable.Repeat(PolicyTasks.Agent.Id, depth).ToArray();

        Assert.That((await _policies.EvaluateOpeningAsync(PolicyTasks.Agent with { Ancestors = ancestors })).Allowed, Is.EqualTo(allowed));
    }

    [TestCase(Capabilities.Read)]
    [TestCase(Capabilities.Read | Capabilities.Write)]
    [TestCase(Capabilities.Delegate)]
    public async Task PlainTemplate_AgentAsksAndRenews_IsPermittedWithoutAskingTheStore(Capabilities capabilities)
    {
        var decision = await DecideAsync(WorkloadKind.Agent, RiskLevel.Low, Sensitivity.Internal, capabilities, isRenewal: true);

        Assert.That((decision.Allowed, decision.MaxTtl, decision.LookedAtHeld, _policies.Leases.Scans), Is.EqualTo((true, (TimeSpan?)null, false, 0)));
    }

    [TestCase(RiskLevel.Low, null)]
    [TestCase(RiskLevel.Medium, "shared-orchestrator-low-risk-only")]
    [TestCase(RiskLevel.Critical, "shared-orchestrator-low-risk-only")]
    public async Task SharedOrchestrator_Risk_IsHeldToLow(RiskLevel risk, string? forbidden) =>
        AssertForbidden(await DecideAsync(WorkloadKind.Orchestrator, risk, Sensitivity.Internal), forbidden);

    [TestCase(RiskLevel.Medium, false, null)]
    [TestCase(RiskLevel.High, false, "own-words-up-to-medium-risk")]
    [TestCase(RiskLevel.High, true, null)]
    public async Task AgentsOwnWords_Risk_CarryUpToMedium(RiskLevel risk, bool orchestrators, string? forbidden) =>
        AssertForbidden(await DecideAsync(WorkloadKind.Agent, risk, Sensitivity.Internal, vouched: orchestrators), forbidden);

    [Test]
    public async Task HighRisk_Permitted_IsShort() =>
        Assert.That((await DecideAsync(WorkloadKind.Agent, RiskLevel.High, Sensitivity.Internal, vouched: true)).MaxTtl, Is.EqualTo(TimeSpan.FromMinutes(5)));

    [Test]
    public async Task HighRisk_HandedDown_IsForbidden() => AssertForbidden(
        await DecideAsync(WorkloadKind.Agent, RiskLevel.High, Sensitivity.Internal, Capabilities.Delegate, vouched: true), "no-delegation-of-high-risk");

    [Test]
    public async Task WriteRestricted_NoApproval_IsForbidden()
    {
        var decision = await DecideAsync(WorkloadKind.Agent, RiskLevel.Low, Sensitivity.Restricted, Capabilities.Write);

        AssertForbidden(decision, "write-restricted-needs-approval");
        Assert.That(decision.Message, Does.Contain("approval of data-owners"));
        Assert.That(decision.Approvals, Is.EqualTo(new[] { new ApprovalNeed("data-owners", 1) }));
        Assert.That(decision.IfApproved?.MaxTtl, Is.EqualTo(TimeSpan.FromMinutes(5)));
    }

    [TestCase(Sensitivity.Public, Capabilities.Write, Sensitivity.Restricted, Capabilities.Read, "restricted-does-not-leak")]
    [TestCase(Sensitivity.Restricted, Capabilities.Read, Sensitivity.Public, Capabilities.Write, "public-writer-reads-nothing-restricted")]
    [TestCase(Sensitivity.Public, Capabilities.Write, Sensitivity.Confidential, Capabilities.Read, null)]
    [TestCase(Sensitivity.Restricted, Capabilities.Read, Sensitivity.Public, Capabilities.Read, null)]
    public async Task Combination_ReadRestrictedAndWritePublic_IsForbidden(
        Sensitivity asked, Capabilities capabilities, Sensitivity held, Capabilities heldCapabilities, string? forbidden)
    {
        _policies.Hold(PolicyTasks.Agent, "other", held, heldCapabilities);

        AssertForbidden(await DecideAsync(WorkloadKind.Agent, RiskLevel.Low, asked, capabilities), forbidden);
    }

    [TestCase(WorkloadKind.Agent, Capabilities.Read, Sensitivity.Restricted, null)]
    [TestCase(WorkloadKind.Agent, Capabilities.Write, Sensitivity.Confidential, null)]
    [TestCase(WorkloadKind.Orchestrator, Capabilities.Write, Sensitivity.Internal, null)]
    [TestCase(WorkloadKind.Orchestrator, Capabilities.Read, Sensitivity.Confidential, "shared-orchestrator-harmless-tools-only")]
    public async Task ToolCall_Kind_AndSensitivity(WorkloadKind kind, Capabilities capability, Sensitivity sensitivity, string? forbidden) =>
        AssertForbidden(await CallAsync(kind, capability, sensitivity), forbidden);

    [TestCase(WorkloadKind.Agent, Capabilities.Write, Sensitivity.Restricted)]
    [TestCase(WorkloadKind.Service, Capabilities.Read, Sensitivity.Public)]
    public async Task ToolCall_NothingPermits_IsDenied(WorkloadKind kind, Capabilities capability, Sensitivity sensitivity) =>
        Assert.That((await CallAsync(kind, capability, sensitivity)).PolicyIds, Is.Empty);

    [Test]
    public async Task ToolCall_WritesPublicWhileReadingRestricted_IsForbidden()
    {
        _policies.Hold(PolicyTasks.Agent, "ledger", Sensitivity.Restricted, Capabilities.Read);

        AssertForbidden(await CallAsync(WorkloadKind.Agent, Capabilities.Write, Sensitivity.Public), "restricted-does-not-leak-by-tool");
        AssertForbidden(await CallAsync(WorkloadKind.Agent, Capabilities.Read, Sensitivity.Public), null);
    }

    private ValueTask<PolicyDecision> CallAsync(WorkloadKind kind, Capabilities capability, Sensitivity sensitivity) => _policies.EvaluateToolCallAsync(
        ToolCallPolicyTests.Call with { Task = PolicyTasks.Agent with { Kind = kind }, Capability = capability, Sensitivity = sensitivity });

    private static void AssertForbidden(PolicyDecision decision, string? by)
    {
        Assert.That(decision.Allowed, Is.EqualTo(by is null), decision.Message);
        if (by is not null) Assert.That(decision.PolicyIds, Does.Contain(by));
    }

    private ValueTask<PolicyDecision> DecideAsync(
        WorkloadKind kind,
        RiskLevel risk,
        Sensitivity sensitivity,
        Capabilities capabilities = Capabilities.Read,
        bool vouched = false,
        bool isRenewal = false) => _policies.EvaluateAsync(new PolicyRequest
        {
            Task = PolicyTasks.Agent with { Kind = kind, Vouched = vouched ? ["purpose"] : [] },
            Template = EvaluatedPolicies.Orders with { Risk = risk, Sensitivity = sensitivity },
            Requested = capabilities,
            IsRenewal = isRenewal,
        });
}
