using CredBroker.Templates;
using CredBroker.Testing;

namespace CredBroker.Tests.Templates;

[TestFixture]
[Category("Unit")]
public sealed class CatalogueReaderTests
{
    private TempFolder _folder = null!;

    [SetUp]
    public void SetUp() => _folder = new TempFolder();

    [TearDown]
    public void TearDown() => _folder.Dispose();

    [Test]
    public void Read_Template_HoldsWhatItSays()
    {
        var yaml = Yaml.Template.With("owner: payments-platform", "owner: payments-platform\n  description: Orders")
            .With("  backend:", "  renewable: false\n  limits: { perTask: 2, perWorkload: 20 }\n  backend:");

        var template = ReadGood(Yaml.Target + Yaml.Separator + yaml).Templates["orders"];

        var backend = (TokenTemplateBackend)template.Backend;
        Assert.Multiple(() =>
        {
            Assert.That(template.Owner, Is.EqualTo("payments-platform"));
            Assert.That(template.Description, Is.EqualTo("Orders"));
            Assert.That(template.Tenants, Is.EqualTo(new[] { "payments" }));
            Assert.That(template.Subjects.Select(s => s.ToString()), Is.EqualTo(new[] { "spiffe://acme.test/agent/*" }));
            Assert.That(template.Target, Is.EqualTo("orders-api"));
            Assert.That(template.Sensitivity, Is.EqualTo(Sensitivity.Internal));
            Assert.That(template.Risk, Is.EqualTo(RiskLevel.Low));
            Assert.That(template.Capabilities, Is.EqualTo(Capabilities.Read | Capabilities.Write));
            Assert.That(template.DefaultTtl, Is.EqualTo(TimeSpan.FromMinutes(2)));
            Assert.That(template.MaxTtl, Is.EqualTo(TimeSpan.FromMinutes(10)));
            Assert.That(template.Renewable, Is.False);
            Assert.That(template.PerTask, Is.EqualTo(2));
            Assert.That(template.PerWorkload, Is.EqualTo(20));
            Assert.That(backend.Audience, Is.EqualTo("https://orders.acme.test"));
            Assert.That(backend.ReadScopes, Is.EqualTo(new[] { "orders:read" }));
            Assert.That(backend.WriteScopes, Is.EqualTo(new[] { "orders:write" }));
        });
    }

    [Test]
    public void Read_TemplateWithoutOptionalFields_IsForNobodyAndRenewable()
    {
        var template = ReadGood(Yaml.Template.With("  tenants: [payments]\n", "").With("  subjects: [\"spiffe://acme.test/agent/*\"]\n", "")).Templates["orders"];

        Assert.Multiple(() =>
        {
            Assert.That(template.Tenants, Is.Empty);
            Assert.That(template.Subjects, Is.Empty);
            Assert.That(template.Renewable, Is.True);
            Assert.That(template.PerTask, Is.Null);
            Assert.That(template.PerWorkload, Is.Null);
        });
    }

    [Test]
    public void Read_UnknownTarget_IsRestricted() =>
        Assert.That(ReadGood(Yaml.Template).Templates["orders"].Sensitivity, Is.EqualTo(Sensitivity.Restricted));

    [TestCase("internal", Sensitivity.Internal)]
    [TestCase("confidential", Sensitivity.Confidential)]
    [TestCase("restricted", Sensitivity.Restricted)]
    public void Read_SensitivityOfTemplate_RaisesTheTargets(string own, Sensitivity expected)
    {
        var yaml = Yaml.Target + Yaml.Separator + Yaml.Template.With("  risk: low", $"  risk: low\n  sensitivity: {own}");
        Assert.That(ReadGood(yaml).Templates["orders"].Sensitivity, Is.EqualTo(expected));
    }

    [Test]
    public void Read_RuleWithoutOptionalFields_HasTheDocumentedDefaults()
    {
        var rule = ReadGood(Yaml.Rule).Rules.Single();

        Assert.Multiple(() =>
        {
            Assert.That(rule.Name, Is.EqualTo("agents"));
            Assert.That(rule.Attestor, Is.EqualTo("spiffe_jwt"));
            Assert.That(rule.Subject.ToString(), Is.EqualTo("spiffe://acme.test/agent/*"));
            Assert.That(rule.Tenant, Is.EqualTo("payments"));
            Assert.That(rule.Kind, Is.EqualTo(WorkloadKind.Agent));
            Assert.That(rule.HeartbeatMin, Is.EqualTo(TimeSpan.FromSeconds(5)));
            Assert.That(rule.HeartbeatMax, Is.EqualTo(TimeSpan.FromSeconds(60)));
            Assert.That(rule.MaxDuration, Is.EqualTo(TimeSpan.FromHours(4)));
            Assert.That(rule.ReattestEvery, Is.EqualTo(TimeSpan.FromHours(1)));
            Assert.That(rule.Audiences, Is.Empty);
            Assert.That(rule.Selectors, Is.Empty);
            Assert.That(rule.Attributes, Is.Empty);
        });
    }

    [Test]
    public void Read_RuleOfService_HoldsWhatItSays()
    {
        var rule = ReadGood(Yaml.Rule.With("kind: agent",
            "kind: service\n    heartbeat: { min: 10s, max: 1m30s }\n    maxDuration: 24h\n    reattestEvery: 10m\n    audiences: [orders, \"urn:x:y\"]")).Rules.Single();

        Assert.Multiple(() =>
        {
            Assert.That(rule.Kind, Is.EqualTo(WorkloadKind.Service));
            Assert.That(rule.HeartbeatMin, Is.EqualTo(TimeSpan.FromSeconds(10)));
            Assert.That(rule.HeartbeatMax, Is.EqualTo(TimeSpan.FromSeconds(90)));
            Assert.That(rule.MaxDuration, Is.EqualTo(TimeSpan.FromHours(24)));
            Assert.That(rule.ReattestEvery, Is.EqualTo(TimeSpan.FromMinutes(10)));
            Assert.That(rule.Audiences, Is.EqualTo(new[] { "orders", "urn:x:y" }));
        });
    }

    [Test]
    public void Read_RuleWithSelectorsAndAttributes_HasThemAndIsAskedBeforeThePlainOne()
    {
        _folder.Write("rules.yaml", Yaml.Rule + Yaml.Separator + Yaml.Rule.With("name: agents", "name: closer")
            .With("    subject:", "    selectors: [\"k8s:ns:payments\", \"k8s:pod:a/*\"]\n    subject:")
            .With("kind: agent", "kind: agent\n    attributes: { team: red, cost_centre: \"4711\" }"));

        var rules = ReadGood().Rules;

        Assert.That(rules.Select(rule => rule.Name), Is.EqualTo(new[] { "closer", "agents" }));
        Assert.That(rules[0].Selectors.Select(selector => selector.ToString()), Is.EqualTo(new[] { "k8s:ns:payments", "k8s:pod:a/*" }));
        Assert.That(rules[0].Attributes, Is.EqualTo(new Dictionary<string, string> { ["team"] = "red", ["cost_centre"] = "4711" }));
    }

    [Test]
    public void Read_ManyRules_AsksExactSubjectsFirstAndThenTheLongestPrefix()
    {
        string[] subjects = ["spiffe://a.test/*", "spiffe://a.test/x", "spiffe://a.test/agent/*", "spiffe://a.test/agent/one", "spiffe://a.test/agent/one/*"];
        _folder.Write("rules.yaml", string.Join(Yaml.Separator, subjects.Select((subject, i) =>
            Yaml.Rule.With("name: agents", $"name: rule-{i}").With("spiffe://acme.test/agent/*", subject))));

        var rules = ReadGood().Rules;

        Assert.That(rules.Select(r => r.Subject.ToString()), Is.EqualTo(new[]
        {
            "spiffe://a.test/agent/one", "spiffe://a.test/x", "spiffe://a.test/agent/one/*", "spiffe://a.test/agent/*", "spiffe://a.test/*",
        }));
    }

    [Test]
    public void Read_SameContentOtherwiseLaidOut_HasTheSameVersions()
    {
        var first = ReadGood(Yaml.Target + Yaml.Separator + Yaml.Template + Yaml.Separator + Yaml.Rule);
        File.Delete(_folder["a.yaml"]);
        _folder.Write("z/rule.yml", "# a remark\n" + Yaml.Rule);
        _folder.Write("b.yaml", Yaml.Template.With("ttl:\n    default: 2m\n    max: 10m", "ttl: { max: 600s, default: 120s }") + Yaml.Separator + Yaml.Target);

        var second = ReadGood();

        Assert.That(second.Version, Is.EqualTo(first.Version).And.Match("^[0-9a-f]{16}$"));
        Assert.That(second.Templates["orders"].Version, Is.EqualTo(first.Templates["orders"].Version).And.Match("^[0-9a-f]{16}$"));
    }

    [TestCase("name: orders\n", "name: other\n")]
    [TestCase("owner: payments-platform\n  ", "owner: somebody-else\n  ")]
    [TestCase("tenants: [payments]", "tenants: [other]")]
    [TestCase("/agent/*", "/agent/one")]
    [TestCase("target: orders-api", "target: unknown")]
    [TestCase("risk: low", "risk: high")]
    [TestCase("risk: low", "risk: low\n  sensitivity: confidential")]
    [TestCase("risk: low", "risk: low\n  renewable: false")]
    [TestCase("risk: low", "risk: low\n  limits: { perTask: 2 }")]
    [TestCase("risk: low", "risk: low\n  limits: { perWorkload: 2 }")]
    [TestCase("risk: low", "risk: low\n  proof: dpop")]
    [TestCase("[read, write]", "[read, write, delegate]")]
    [TestCase("default: 2m", "default: 3m")]
    [TestCase("max: 10m", "max: 11m")]
    [TestCase("https://orders.acme.test", "https://orders.acme.example")]
    [TestCase("[\"orders:read\"]", "[\"orders:look\"]")]
    [TestCase("[\"orders:write\"]", "[\"orders:change\"]")]
    public void Read_TemplateChanged_ChangesItsVersionAndTheSets(string old, string replacement)
    {
        // A target before it, so that "owner" is the template's own.
        var template = Yaml.Template.With("payments-platform\nspec", "payments-platform\n  description: d\nspec");
        var before = ReadGood(Yaml.Target + Yaml.Separator + template);
        var after = ReadGood(Yaml.Target + Yaml.Separator + template.With(old, replacement));

        Assert.That(after.Templates.Values.Single().Version, Is.Not.EqualTo(before.Templates.Values.Single().Version));
        Assert.That(after.Version, Is.Not.EqualTo(before.Version));
    }

    [Test]
    public void Read_TargetChanged_ChangesTheVersionOfItsTemplates()
    {
        var before = ReadGood(Yaml.Target + Yaml.Separator + Yaml.Template);
        var after = ReadGood(Yaml.Target.With("internal", "restricted") + Yaml.Separator + Yaml.Template);

        Assert.That(after.Templates["orders"].Version, Is.Not.EqualTo(before.Templates["orders"].Version));
    }

    [Test]
    public void Read_WhoseTasksARuleLetsEnd_IsPartOfTheVersion()
    {
        var orchestrator = Yaml.Rule.With("kind: agent", "kind: orchestrator\n    mayEnd: [\"spiffe://acme.test/agent/one\"]");

        Assert.That(ReadGood(orchestrator).Version, Is.Not.EqualTo(ReadGood(orchestrator.With("agent/one\"]", "agent/two\"]")).Version));
    }

    [TestCase("name: agents", "name: others")]
    [TestCase("attestor: spiffe_jwt", "attestor: kubernetes")]
    [TestCase("/agent/*", "/agent/one")]
    [TestCase("tenant: payments", "tenant: other")]
    [TestCase("kind: agent", "kind: orchestrator")]
    [TestCase("kind: agent", "kind: agent\n    maxDuration: 3h")]
    [TestCase("kind: agent", "kind: agent\n    reattestEvery: 2h")]
    [TestCase("kind: agent", "kind: agent\n    heartbeat: { min: 6s }")]
    [TestCase("kind: agent", "kind: agent\n    heartbeat: { max: 50s }")]
    [TestCase("kind: agent", "kind: agent\n    proof: dpop")]
    public void Read_RuleChanged_ChangesTheVersionOfTheSet(string old, string replacement) =>
        Assert.That(ReadGood(Yaml.Rule.With(old, replacement)).Version, Is.Not.EqualTo(ReadGood(Yaml.Rule).Version));

    [Test]
    public void Read_ContainmentOfRuleChanged_ChangesTheVersionOfTheSet()
    {
        var alarmed = Yaml.Rule.With("/agent/*", "/agent/one");

        Assert.That(ReadGood(alarmed.With("kind: agent", "kind: agent\n    containment: quarantine")).Version, Is.Not.EqualTo(ReadGood(alarmed).Version));
    }

    [Test]
    public void Read_AudiencesOfRuleChanged_ChangesTheVersionOfTheSet()
    {
        var before = ReadGood(Yaml.Rule.With("kind: agent", "kind: service"));
        var after = ReadGood(Yaml.Rule.With("kind: agent", "kind: service\n    audiences: [orders]"));

        Assert.That(after.Version, Is.Not.EqualTo(before.Version));
    }

    [Test]
    public void Read_ExampleOfTheDocs_IsGood()
    {
        var snapshot = ReadGood(PolicyPage.Example);

        Assert.That(snapshot.Templates.Keys, Is.EquivalentTo(new[] { "orders-db-read", "orders-api" }));
        Assert.That(snapshot.Templates["orders-db-read"].Sensitivity, Is.EqualTo(Sensitivity.Confidential));
    }

    [Test]
    public void Read_Samples_AreGood()
    {
        var snapshot = CatalogueReader.Read(Path.Combine(Repository.Root, "samples", "catalogue")).Set!;

        Assert.That(snapshot.Templates.Keys, Is.EquivalentTo(new[] { "orders-api", "orders-api-brief" }));
        Assert.That(snapshot.Rules.Select(r => r.Name), Is.EqualTo(new[] { "orders-service", "payments-agents" }));
        Assert.That(snapshot.Templates["orders-api-brief"].Renewable, Is.False);
    }

    private CatalogueSnapshot ReadGood(string? yaml = null)
    {
        if (yaml is not null) _folder.Write("a.yaml", yaml);
        var reading = CatalogueReader.Read(_folder.Path);
        Assert.That(reading.Faults, Is.Empty);
        return reading.Set!;
    }
}
