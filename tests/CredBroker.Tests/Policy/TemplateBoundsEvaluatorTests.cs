using CredBroker.Policy;
using CredBroker.Templates;

namespace CredBroker.Tests.Policy;

[TestFixture]
[Category("Unit")]
public sealed class TemplateBoundsEvaluatorTests
{
    private static readonly Template Orders = new()
    {
        Name = "orders",
        Version = "0123456789abcdef",
        Owner = "payments-platform",
        Tenants = ["payments", "billing"],
        Subjects = [SubjectPattern.Parse("spiffe://acme.test/agent/*"), SubjectPattern.Parse("spiffe://acme.test/service/one")],
        Target = "orders-api",
        Risk = RiskLevel.Low,
        Capabilities = Capabilities.Read | Capabilities.Write,
        DefaultTtl = TimeSpan.FromMinutes(2),
        MaxTtl = TimeSpan.FromMinutes(10),
        Backend = new TokenTemplateBackend("https://orders.acme.test", ["orders:read"], ["orders:write"]),
    };

    private static readonly PolicyRequest Good = new()
    {
        Task = PolicyTasks.Agent,
        Template = Orders,
        Requested = Capabilities.Read,
    };

    [TestCase("payments", "spiffe://acme.test/agent/one", Capabilities.Read)]
    [TestCase("billing", "spiffe://acme.test/service/one", Capabilities.Read | Capabilities.Write)]
    public async Task EvaluateAsync_WithinBounds_Allows(string tenant, string subject, Capabilities requested)
    {
        var decision = await EvaluateAsync(Good with { Task = PolicyTasks.Agent with { Tenant = tenant, Subject = subject }, Requested = requested });

        Assert.Multiple(() =>
        {
            Assert.That(decision.Allowed, Is.True);
            Assert.That(decision.Refusal, Is.Null);
            Assert.That(decision.Message, Is.Empty);
            Assert.That(decision.MaxTtl, Is.Null);
        });
    }

    [Test]
    public async Task EvaluateAsync_Anything_NamesWhatDecided([Values] bool allowed)
    {
        var decision = await EvaluateAsync(allowed ? Good : Good with { Task = PolicyTasks.Agent with { Tenant = "other" } });

        Assert.That(decision.Allowed, Is.EqualTo(allowed));
        Assert.That(decision.PolicyVersion, Is.EqualTo("0123456789abcdef"));
        Assert.That(decision.PolicyIds, Is.EqualTo(new[] { "template-bounds" }));
    }

    [TestCase("other")]
    [TestCase("Payments")]
    [TestCase("payments ")]
    [TestCase("")]
    public async Task EvaluateAsync_ForeignTenant_DeniesAndDoesNotTellWhatIsOffered(string tenant)
    {
        var decision = await EvaluateAsync(Good with { Task = PolicyTasks.Agent with { Tenant = tenant }, Requested = Capabilities.Delegate });

        Assert.That(decision.Refusal, Is.EqualTo(ErrorReason.PolicyDenied));
        Assert.That(decision.Message, Is.EqualTo("Template orders is not for this workload's tenant."));
    }

    [TestCase("spiffe://acme.test/agent")]
    [TestCase("spiffe://acme.test/agent-admin/one")]
    [TestCase("spiffe://acme.test/service/one/two")]
    [TestCase("")]
    public async Task EvaluateAsync_ForeignSubject_Denies(string subject)
    {
        var decision = await EvaluateAsync(Good with { Task = PolicyTasks.Agent with { Subject = subject }, Requested = Capabilities.Delegate });

        Assert.That(decision.Refusal, Is.EqualTo(ErrorReason.PolicyDenied));
        Assert.That(decision.Message, Is.EqualTo("Template orders is not for this workload."));
    }

    [TestCase(Capabilities.Delegate, "delegate")]
    [TestCase(Capabilities.Read | Capabilities.Delegate, "delegate")]
    [TestCase((Capabilities)8, "8")]
    public async Task EvaluateAsync_CapabilityBeyond_IsNotOffered(Capabilities requested, string named)
    {
        var decision = await EvaluateAsync(Good with { Requested = requested });

        Assert.That(decision.Refusal, Is.EqualTo(ErrorReason.CapabilityNotOffered));
        Assert.That(decision.Message, Is.EqualTo($"Template orders does not offer {named}."));
    }

    [Test]
    public async Task EvaluateAsync_NothingAskedFor_IsInvalid() =>
        Assert.That((await EvaluateAsync(Good with { Requested = Capabilities.None })).Refusal, Is.EqualTo(ErrorReason.InvalidRequest));

    [Test]
    public async Task EvaluateAsync_NobodyListed_Denies()
    {
        Assert.That((await EvaluateAsync(Good with { Template = Orders with { Tenants = [] } })).Allowed, Is.False);
        Assert.That((await EvaluateAsync(Good with { Template = Orders with { Subjects = [] } })).Allowed, Is.False);
    }

    private static ValueTask<PolicyDecision> EvaluateAsync(PolicyRequest request) =>
        new TemplateBoundsEvaluator().EvaluateAsync(request, CancellationToken.None);
}
