using CredBroker.Policy.Cedar.Cases;
using CredBroker.Testing;
using CredBroker.Tests.Templates;

namespace CredBroker.Tests.Policy.Cedar;

/// <summary>Trying policies with cases, and the cases that are shipped.</summary>
[TestFixture]
[Category("Unit")]
public sealed class PolicyCasesTests
{
    private const string Policies = """
        @id("read") @max_ttl("2m") permit (principal, action == Action::"read", resource) when { context.task.purpose.value == "reconcile" };
        @id("ask") @approval("owners") forbid (principal, action == Action::"read", resource == Template::"ledger") unless { context has approval };
        @id("never") @approval("owners") forbid (principal, action == Action::"read", resource == Template::"vault");
        """;

    private static readonly string Samples = Path.Combine(Repository.Root, "samples", "policies");

    private static IEnumerable<string> Controls => ["ASI01", "ASI02", "ASI03", "ASI07", "ASI08", "ASI10", "NHI2", "NHI5", "NHI7", "NHI9", "NHI10"];

    [Test]
    public async Task Threats_StarterSet_SaysWhatIsExpected()
    {
        var report = await PolicyCases.RunAsync(Path.Combine(Samples, "starter"), Path.Combine(Samples, "threats"), TestCedar.Module, CancellationToken.None);

        Assert.That(report.Faults, Is.Empty);
        Assert.That(report.Results, Has.Count.GreaterThan(15));
        Assert.That(report.Results.Where(result => !result.Passed), Is.Empty);
        Assert.That(report.Results.Where(result => result.Controls.Count == 0), Is.Empty);
    }

    [TestCaseSource(nameof(Controls))]
    public async Task Threats_Control_HasACaseThatIsDeniedOrBounded(string control)
    {
        var report = await PolicyCases.RunAsync(Path.Combine(Samples, "starter"), Path.Combine(Samples, "threats"), TestCedar.Module, CancellationToken.None);

        Assert.That(report.Results.Any(result => result.Controls.Contains(control) && result.Actual != "allow"), Is.True);
    }

    [TestCase("reconcile", "orders", "decision: allow, policies: [read], maxTtl: 2m", true)]
    [TestCase("reconcile", "orders", "decision: allow, maxTtl: 3m", false)]
    [TestCase("reconcile", "orders", "decision: deny", false)]
    [TestCase("mischief", "orders", "decision: deny, policies: []", true)]
    [TestCase("reconcile", "ledger", "decision: pending, policies: [ask], approval: [owners], maxTtl: 2m", true)]
    [TestCase("reconcile", "ledger", "decision: deny", false)]
    [TestCase("mischief", "ledger", "decision: deny, policies: [ask], approval: []", true)]
    [TestCase("reconcile", "vault", "decision: deny, policies: [never], approval: []", true)]
    public async Task RunAsync_Case_PassesWhereItIsAsExpected(string purpose, string template, string expect, bool passes)
    {
        var report = await RunAsync($$"""
            apiVersion: credbroker/v1
            kind: PolicyCase
            metadata: { name: one }
            spec:
              request: { action: read, task: { purpose: {{purpose}} }, template: { name: {{template}} } }
              expect: { {{expect}} }
            """);

        Assert.That(report.Faults, Is.Empty);
        Assert.That(report.Results.Single().Passed, Is.EqualTo(passes), report.Results.Single().ToString());
    }

    [TestCase("leases: 4, templateLeases: 1", "deny")]
    [TestCase("leases: 3", "allow")]
    [TestCase("templateLeases: 2", "deny")]
    [TestCase("leases: 3, templateLeases: 1", "allow")]
    public async Task RunAsync_LeasesOfTheWorkload_AreThoseOfTheCase(string leases, string decision)
    {
        var report = await RunAsync(
            $$"""
            apiVersion: credbroker/v1
            kind: PolicyCase
            metadata: { name: one }
            spec:
              request: { action: read, workload: { {{leases}} }, template: { name: orders } }
              expect: { decision: {{decision}} }
            """,
            """
            @id("all") permit (principal, action, resource);
            @id("few") forbid (principal, action, resource is Template) when { context.workload_leases > 3 || context.workload_template_leases > 1 };
            """);

        Assert.That(report.Faults, Is.Empty);
        Assert.That(report.Results.Single().Passed, Is.True, report.Results.Single().ToString());
    }

    [TestCase("{ action: read, template: { name: t }, workload: { leases: 1, templateLeases: 2 } }", "spec.request.workload.templateLeases: must not be more than leases")]
    [TestCase("{ action: read, template: { name: t }, workload: { leases: -1 } }", "spec.request.workload.leases: must be")]
    [TestCase("{ action: callTool, template: { name: t } }", "spec.request.tool: is missing")]
    [TestCase("{ action: openTask, tool: { name: t } }", "spec.request.tool: has no meaning")]
    [TestCase("{ action: read, template: { name: t }, workload: { source: here } }", "spec.request.workload.source: must be an address")]
    [TestCase("{ action: read, template: { name: t }, task: { held: [everything] } }", "spec.request.task.held[0]: must be")]
    public async Task RunAsync_FaultyCase_IsToldAndNothingIsTried(string request, string fault)
    {
        var report = await RunAsync($$"""
            apiVersion: credbroker/v1
            kind: PolicyCase
            metadata: { name: one }
            spec: { request: {{request}}, expect: { decision: deny } }
            """);

        Assert.That(report.Results, Is.Empty);
        Assert.That(report.Faults.Select(one => one.ToString()), Has.Some.Contains(fault));
    }

    private static async Task<PolicyCaseReport> RunAsync(string cases, string policies = Policies)
    {
        using var policyFolder = new TempFolder();
        using var caseFolder = new TempFolder();
        policyFolder.Write("all.cedar", policies);
        caseFolder.Write("all.yaml", cases);
        return await PolicyCases.RunAsync(policyFolder.Path, caseFolder.Path, TestCedar.Module, CancellationToken.None);
    }
}
