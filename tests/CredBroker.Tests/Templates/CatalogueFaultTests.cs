using CredBroker.Templates;

namespace CredBroker.Tests.Templates;

/// <summary>Each bad document gives exactly one fault, at its line and field, in these words.</summary>
[TestFixture]
[Category("Unit")]
public sealed class CatalogueFaultTests
{
    private const string LongName = "a123456789012345678901234567890123456789012345678901234567890123";

    private static readonly string TooManyTenants = string.Join(", ", Enumerable.Range(0, 257).Select(i => $"t{i}"));

    private TempFolder _folder = null!;

    [SetUp]
    public void SetUp() => _folder = new TempFolder();

    [TearDown]
    public void TearDown() => _folder.Dispose();

    [TestCaseSource(nameof(BadTemplates))]
    [TestCaseSource(nameof(BadRules))]
    [TestCaseSource(nameof(BadTargets))]
    [TestCaseSource(nameof(BadYaml))]
    public void Read_BadDocument_NamesLineAndField(string yaml, int line, string field, string message)
    {
        _folder.Write("a.yaml", yaml);

        var reading = CatalogueReader.Read(_folder.Path);

        Assert.That(reading.Set, Is.Null);
        Assert.That(reading.Faults, Has.Count.EqualTo(1), () => string.Join('\n', reading.Faults));
        Assert.That(reading.Faults[0].ToString(), Does.StartWith($"a.yaml:{line}: {field}: {message}"));
    }

    [Test]
    public void Read_ManyFaults_TellsAllOfThemByFileAndLine()
    {
        _folder.Write("b/two.yml", Yaml.Template.With("token:", "tokens:").With("risk: low", "risk: none").With("max: 10m", "max: 1m"));
        _folder.Write("a.yaml", Yaml.Rule.With("kind: agent", "kind: robot\n    colour: red") + Yaml.Separator + "nothing: here\n");
        _folder.Write("c.yaml", Yaml.Target + Yaml.Separator + "a: b: c\n");

        var faults = CatalogueReader.Read(_folder.Path).Faults.Select(f => f.ToString());

        Assert.That(faults, Is.EqualTo(new[]
        {
            "a.yaml:11: spec.workload.kind: must be one of: agent, orchestrator, service, human",
            "a.yaml:12: spec.workload.colour: unknown field; known here: tenant, kind, heartbeat, maxDuration, reattestEvery, proof, audiences, attributes, containment, mayEnd",
            "a.yaml:14: kind: is missing; known: Target, Template, WorkloadRule, ApproverGroup",
            "b/two.yml:10: spec.risk: must be one of: low, medium, high, critical",
            "b/two.yml:13: spec.ttl.default: must not be longer than spec.ttl.max",
            "b/two.yml:15: spec.backend: must hold exactly one of: token, vault",
            "b/two.yml:16: spec.backend.tokens: unknown field; known here: token, vault",
            "c.yaml:6: document: is not YAML: While scanning a plain scalar value, found invalid mapping.",
        }));
    }

    [Test]
    public void Read_NameTakenInAnotherFile_NamesBothPlaces()
    {
        _folder.Write("a.yaml", Yaml.Rule + Yaml.Separator + Yaml.Template);
        _folder.Write("b.yaml", Yaml.Template);

        Assert.That(CatalogueReader.Read(_folder.Path).Faults.Single().ToString(),
            Is.EqualTo("b.yaml:4: metadata.name: there is a Template of this name at a.yaml:16 already"));
    }

    [Test]
    public void Read_AnyGarbage_GivesFaultsAndNoException()
    {
        var random = new Random(20260101);
        var good = Yaml.Target + Yaml.Separator + Yaml.Template + Yaml.Separator + Yaml.Rule;
        const string junk = "%&*!|>{}[]:#?-\"'`@,\n\t \\\u0000\u0085\u2028x1.%YAML";
        for (var round = 0; round < 1_000; round++)
        {
            var text = good.ToCharArray();
            for (var hit = random.Next(1, 6); hit > 0; hit--) text[random.Next(text.Length)] = junk[random.Next(junk.Length)];
            _folder.Write("a.yaml", new string(text));
            Assert.That(() => CatalogueReader.Read(_folder.Path), Throws.Nothing, () => new string(text));
        }
    }

    private static IEnumerable<TestCaseData> BadTemplates()
    {
        yield return Template("apiVersion: credbroker/v1", "apiVersion: credbroker/v2", 1, "apiVersion", "must be credbroker/v1");
        yield return Template("apiVersion: credbroker/v1\n", "", 1, "apiVersion", "is missing");
        yield return Template("kind: Template", "kind: template", 2, "kind", "is not known; known: Target, Template, WorkloadRule, ApproverGroup");
        yield return Template("kind: Template\n", "", 1, "kind", "is missing; known: Target");
        yield return Template("kind: Template", "kind: [Template]", 2, "kind", "is not known");
        yield return Template("  name: orders\n", "", 3, "metadata.name", "is missing");
        yield return Template("  owner: payments-platform\n", "", 3, "metadata.owner", "is missing");
        yield return Template("  owner: payments-platform", "  owner:", 5, "metadata.owner", "has no value");
        yield return Template("  owner: payments-platform", "  owner: ~", 5, "metadata.owner", "has no value");
        yield return Template("  owner: payments-platform", "  owner: \"\"", 5, "metadata.owner", "must be one line");
        yield return Template("  owner: payments-platform", "  owner: \"a\\nb\"", 5, "metadata.owner", "must be one line");
        yield return Template("  owner: payments-platform", "  owner: x\n  team: x", 6, "metadata.team", "unknown field; known here: name, owner, description");
        yield return Template("  owner: payments-platform", "  owner: x\n  description: \"\\u0007\"", 6, "metadata.description", "must be 1 to 2048");
        yield return Template("name: orders\n", "name: Orders\n", 4, "metadata.name", "must be a name");
        yield return Template("name: orders\n", "name: -orders\n", 4, "metadata.name", "must be a name");
        yield return Template("name: orders\n", "name: \"orders\\n\"\n", 4, "metadata.name", "must be a name");
        yield return Template("name: orders\n", $"name: {LongName}\n", 4, "metadata.name", "must be a name");
        yield return Template("name: orders\n", "name: 12\n", 4, "metadata.name", "must be a name: 1 to 63 lower-case letters, digits and hyphens, not beginning with a hyphen, not a number; text that looks like that needs quotes");
        yield return Template("name: orders\n", "name: true\n", 4, "metadata.name", "must be a name");
        yield return Template("name: orders\n", "name: [orders]\n", 4, "metadata.name", "must be a name");
        yield return Template("spec:\n", "spec:\n  colour: red\n", 7, "spec.colour", "unknown field");
        yield return Template("[payments]", "payments", 7, "spec.tenants", "must be a list, not text");
        yield return Template("[payments]", "", 7, "spec.tenants", "has no value");
        yield return Template("[payments]", "{ payments: true }", 7, "spec.tenants", "must be a list, not a mapping");
        yield return Template("[payments]", "[payments, Pay]", 7, "spec.tenants[1]", "must be a name");
        yield return Template("[payments]", "[payments, ~]", 7, "spec.tenants[1]", "has no value");
        yield return Template("[payments]", "[payments, payments]", 7, "spec.tenants[1]", "is in the list already");
        yield return Template("[payments]", $"[{TooManyTenants}]", 7, "spec.tenants", "must not hold more than 256");
        yield return Template("[\"spiffe://acme.test/agent/*\"]", "[\"*\"]", 8, "spec.subjects[0]", "must be an exact subject");
        yield return Template("[\"spiffe://acme.test/agent/*\"]", "[\"spiffe://*\"]", 8, "spec.subjects[0]", "must be an exact subject");
        yield return Template("[\"spiffe://acme.test/agent/*\"]", "[\"spiffe://acme.test/agent*\"]", 8, "spec.subjects[0]", "must be an exact subject");
        yield return Template("[\"spiffe://acme.test/agent/*\"]", "\n    - a\n    - a/../b", 10, "spec.subjects[1]", "must be an exact subject");
        yield return Template("target: orders-api", "target: Orders", 9, "spec.target", "must be a name");
        yield return Template("  target: orders-api\n", "", 6, "spec.target", "is missing");
        yield return Template("risk: low", "risk: none", 10, "spec.risk", "must be one of: low, medium, high, critical");
        yield return Template("risk: low", "risk: 1", 10, "spec.risk", "must be one of");
        yield return Template("risk: low", "risk: Low", 10, "spec.risk", "must be one of");
        yield return Template("risk: low", "risk: low\n  sensitivity: public", 11, "spec.sensitivity", "there is no Target document for spec.target, so it is restricted");
        yield return Template("risk: low", "risk: low\n  sensitivity: secret", 11, "spec.sensitivity", "must be one of: public, internal, confidential, restricted");
        yield return Template("[read, write]", "[]", 11, "spec.capabilities", "must not be empty");
        yield return Template("[read, write]", "[read, write, admin]", 11, "spec.capabilities[2]", "must be one of: read, write, delegate");
        yield return Template("[read, write]", "[read, write, read]", 11, "spec.capabilities[2]", "is in the list already");
        yield return Template("[read, write]", "[read, delegate]", 20, "spec.backend.token.scopes.write", "scopes for a capability that is not offered");
        yield return Template("default: 2m", "default: 120", 13, "spec.ttl.default", "must be a duration with its unit");
        yield return Template("default: 2m", "default: 2 m", 13, "spec.ttl.default", "must be a duration");
        yield return Template("default: 2m", "default: -2m", 13, "spec.ttl.default", "must be a duration");
        yield return Template("default: 2m", "default: 1m1h", 13, "spec.ttl.default", "must be a duration");
        yield return Template("default: 2m", "default: PT2M", 13, "spec.ttl.default", "must be a duration");
        yield return Template("default: 2m", "default: 0s", 13, "spec.ttl.default", "must be more than 0s and at most 24h");
        yield return Template("default: 2m", "default: 11m", 13, "spec.ttl.default", "must not be longer than spec.ttl.max");
        yield return Template("    default: 2m\n", "", 12, "spec.ttl.default", "is missing");
        yield return Template("max: 10m", "max: 25h", 14, "spec.ttl.max", "must be more than 0s and at most 24h");
        yield return Template("max: 10m", "max: 24h1s", 14, "spec.ttl.max", "must be more than 0s and at most 24h");
        yield return Template("max: 10m", "max: 99999999999999999999h", 14, "spec.ttl.max", "must be a duration");
        yield return Template("  backend:", "  renewable: yes\n  backend:", 15, "spec.renewable", "must be true or false");
        yield return Template("  backend:", "  renewable: \"true\"\n  backend:", 15, "spec.renewable", "must be true or false");
        yield return Template("  backend:", "  limits: 5\n  backend:", 15, "spec.limits", "must be a mapping, not a number");
        yield return Template("  backend:", "  limits: { perTask: 0 }\n  backend:", 15, "spec.limits.perTask", "must be a whole number from 1 to 1000000");
        yield return Template("  backend:", "  limits: { perTask: 1.5 }\n  backend:", 15, "spec.limits.perTask", "must be a whole number");
        yield return Template("  backend:", "  limits: { perTask: \"2\" }\n  backend:", 15, "spec.limits.perTask", "must be a whole number");
        yield return Template("  backend:", "  limits: { perWorkload: -1 }\n  backend:", 15, "spec.limits.perWorkload", "must be a whole number");
        yield return Template("  backend:", "  limits: { perWorkload: 99999999999 }\n  backend:", 15, "spec.limits.perWorkload", "must be a whole number");
        yield return Template("      audience: https://orders.acme.test\n", "", 16, "spec.backend.token.audience", "is missing");
        yield return Template("https://orders.acme.test", "\"a b\"", 17, "spec.backend.token.audience", "must be an absolute URI");
        yield return Template("https://orders.acme.test", "\"\"", 17, "spec.backend.token.audience", "must be an absolute URI");
        yield return Template("https://orders.acme.test", "\":x\"", 17, "spec.backend.token.audience", "must be an absolute URI");
        yield return Template("https://orders.acme.test", "\"orders\\u200b\"", 17, "spec.backend.token.audience", "must be an absolute URI");
        yield return Template("https://orders.acme.test", new string('a', 513), 17, "spec.backend.token.audience", "must be an absolute URI");
        yield return Template("      scopes:", "      format: opaque\n      scopes:", 18, "spec.backend.token.format", "opaque is not supported by this version");
        yield return Template("      scopes:", "      format: saml\n      scopes:", 18, "spec.backend.token.format", "must be jwt");
        yield return Template("[\"orders:read\"]", "[]", 19, "spec.backend.token.scopes.read", "must not be empty");
        yield return Template("[\"orders:read\"]", "[\"a b\"]", 19, "spec.backend.token.scopes.read[0]", "must be a scope");
        yield return Template("[\"orders:read\"]", "['a\"b']", 19, "spec.backend.token.scopes.read[0]", "must be a scope");
        yield return Template("[\"orders:read\"]", "['a\\b']", 19, "spec.backend.token.scopes.read[0]", "must be a scope");
        yield return Template("[\"orders:read\"]", "[a, a]", 19, "spec.backend.token.scopes.read[1]", "is in the list already");
        yield return Template("      scopes:", "      scopes:\n        delegate: [x]", 19, "spec.backend.token.scopes.delegate", "unknown field");
    }

    private static IEnumerable<TestCaseData> BadRules()
    {
        yield return Rule("    attestor: spiffe_jwt\n", "", 6, "spec.match.attestor", "is missing");
        yield return Rule("spiffe_jwt", "Spiffe", 7, "spec.match.attestor", "must be the name of an attestor");
        yield return Rule("spiffe://acme.test/agent/*", "\"**\"", 8, "spec.match.subject", "must be an exact subject");
        yield return Rule("    subject:", "    selectors: [x]\n    subject:", 8, "spec.match.selectors[0]", "must be an attested fact name:value");
        yield return Rule("    subject:", "    selectors: []\n    subject:", 8, "spec.match.selectors", "must not be empty");
        yield return Rule("    subject:", "    selectors: [\"k8s:pod:a*\"]\n    subject:", 8, "spec.match.selectors[0]", "must be an attested fact name:value");
        yield return Rule("    subject:", "    selectors: [\"k8s:/*\"]\n    subject:", 8, "spec.match.selectors[0]", "must be an attested fact name:value");
        yield return Rule("    subject:", "    selectors: [\"k8s:a/../b\"]\n    subject:", 8, "spec.match.selectors[0]", "must be an attested fact name:value");
        yield return Rule("    subject:", "    selectors: [\"k8s:a\\nb\"]\n    subject:", 8, "spec.match.selectors[0]", "must be an attested fact name:value");
        yield return Rule("    subject:", "    selectors: [\"k8s:a\", \"k8s:a\"]\n    subject:", 8, "spec.match.selectors[1]", "is in the list already");
        yield return Rule("kind: agent", "kind: agent\n    attributes: [x]", 12, "spec.workload.attributes", "must be a mapping, not a list");
        yield return Rule("kind: agent", "kind: agent\n    attributes: { Team: red }", 12, "spec.workload.attributes.Team", "the name must be 1 to 63 of a-z, 0-9 and _");
        yield return Rule("kind: agent", "kind: agent\n    attributes: { team: 7 }", 12, "spec.workload.attributes.team", "must be one line of 1 to 256 characters");
        yield return Rule("kind: agent", "kind: agent\n    attributes: { team: \"a\\nb\" }", 12, "spec.workload.attributes.team", "must be one line of 1 to 256 characters");
        yield return Rule("    tenant: payments\n", "", 9, "spec.workload.tenant", "is missing");
        yield return Rule("kind: agent", "kind: robot", 11, "spec.workload.kind", "must be one of: agent, orchestrator, service, human");
        yield return Rule("kind: agent", "kind: agent\n    mayEnd: [\"spiffe://acme.test/*\"]", 12, "spec.workload.mayEnd", "only a workload of kind orchestrator may end tasks of others");
        yield return Rule("kind: agent", "kind: orchestrator\n    mayEnd: x", 12, "spec.workload.mayEnd", "must be a list");
        yield return Rule("kind: agent", "kind: orchestrator\n    mayEnd: [\"*\"]", 12, "spec.workload.mayEnd[0]", "must be an exact subject, or a prefix");
        yield return Rule("kind: agent", "kind: agent\n    audiences: [orders]", 12, "spec.workload.audiences", "only a workload of kind service may have audiences");
        yield return Rule("kind: agent", "kind: service\n    audiences: [\"a b\"]", 12, "spec.workload.audiences[0]", "must be an absolute URI");
        yield return Rule("kind: agent", "kind: agent\n    containment: quarantine", 12, "spec.workload.containment", "quarantine is for one workload: spec.match.subject must be exact then");
        yield return Rule("kind: agent", "kind: agent\n    heartbeat: { min: 61s }", 12, "spec.workload.heartbeat.min", "must not be longer than spec.workload.heartbeat.max, which is 1m");
        yield return Rule("kind: agent", "kind: agent\n    heartbeat:\n      max: 4s", 12, "spec.workload.heartbeat.min", "must not be longer than spec.workload.heartbeat.max, which is 4s");
        yield return Rule("kind: agent", "kind: agent\n    heartbeat: { max: 0s }", 12, "spec.workload.heartbeat.max", "must be more than 0s");
        yield return Rule("kind: agent", "kind: agent\n    maxDuration: 30", 12, "spec.workload.maxDuration", "must be a duration");
        yield return Rule("kind: agent", "kind: agent\n    maxDuration: 48h", 12, "spec.workload.maxDuration", "must be more than 0s and at most 24h");
        yield return Rule("kind: agent", "kind: agent\n    reattestEvery: 0s", 12, "spec.workload.reattestEvery", "must be more than 0s");
    }

    private static IEnumerable<TestCaseData> BadTargets()
    {
        yield return Bad(Yaml.Target.With("internal", "secret"), 4, "spec.sensitivity", "must be one of");
        yield return Bad(Yaml.Target.With("{ sensitivity: internal }", "{}"), 4, "spec.sensitivity", "is missing");
        yield return Bad(Yaml.Target.With("spec: { sensitivity: internal }\n", ""), 1, "spec", "is missing");
        yield return Bad(Yaml.Target.With("{ sensitivity: internal }", "internal"), 4, "spec", "must be a mapping, not text");
        yield return Bad(Yaml.Target.With(", owner: payments-platform", ""), 3, "metadata.owner", "is missing");
        yield return Bad(
            Yaml.Target + Yaml.Separator + Yaml.Template.With("risk: low", "risk: low\n  sensitivity: public"),
            16, "spec.sensitivity", "a template can only raise its target's sensitivity; see a.yaml:3");
        yield return Bad(Yaml.Target + Yaml.Separator + Yaml.Target, 8, "metadata.name", "there is a Target of this name at a.yaml:3 already");
        yield return Bad(
            Yaml.Rule + Yaml.Separator + Yaml.Rule.With("name: agents", "name: more"),
            18, "spec.match", "the rule at a.yaml:4 matches the same attestor, subject and selectors already");
    }

    private static IEnumerable<TestCaseData> BadYaml()
    {
        yield return Bad("just text\n", 1, "document", "must be a mapping");
        yield return Bad("- a\n", 1, "document", "must be a mapping");
        yield return Bad("null\n", 1, "document", "must be a mapping");
        yield return Bad("a: b: c\n", 1, "document", "is not YAML: ");
        yield return Bad(Yaml.Target + "\t- x\n", 5, "document", "is not YAML: ");
        yield return Bad(Yaml.Target + "x: \"open\n", 5, "document", "is not YAML: ");
        yield return Bad(Yaml.Target + "kind: Template\n", 5, "kind", "is given twice; first on line 2");
        yield return Bad(Yaml.Target.With("{ sensitivity: internal }", "{ sensitivity: internal, sensitivity: public }"), 4, "spec.sensitivity", "is given twice; first on line 4");
        yield return Bad(Yaml.Target.With("internal", "&a internal"), 4, "spec.sensitivity", "anchors are not read here");
        yield return Bad(Yaml.Target.With("internal", "*a"), 4, "spec.sensitivity", "aliases are not read here");
        yield return Bad(Yaml.Target.With("internal", "!!str internal"), 4, "spec.sensitivity", "tags are not read here");
        yield return Bad(Yaml.Target.With("internal", "! internal"), 4, "spec.sensitivity", "tags are not read here");
        yield return Bad(Yaml.Target.With("internal", "!<tag:x,2000:y> internal"), 4, "spec.sensitivity", "tags are not read here");
        yield return Bad("!!map\n" + Yaml.Target, 1, "document", "tags are not read here");
        yield return Bad(Yaml.Target.With("sensitivity: internal", "sensitivity: internal, <<: { a: b }"), 4, "spec.<<", "unknown field");
        yield return Bad(Yaml.Target.With("sensitivity: internal", "sensitivity: internal, ? [a] : b"), 4, "spec", "a key must be a single word");
        yield return Bad(Yaml.Target.With("sensitivity: internal", "sensitivity: internal, \"a\\nb\\u202e\": c"), 4, "spec.a?b?", "unknown field");
        yield return Bad(Yaml.Target.With("internal", new string('[', 20) + new string(']', 20)), 4, "document", "is not YAML: nested deeper than 16");
        yield return Bad("%YAML 9.9\n" + Yaml.Separator + Yaml.Target, 1, "document", "is not YAML");
    }

    private static TestCaseData Template(string old, string replacement, int line, string field, string message) =>
        Spoiled(Yaml.Template, old, replacement, line, field, message);

    private static TestCaseData Rule(string old, string replacement, int line, string field, string message) =>
        Spoiled(Yaml.Rule, old, replacement, line, field, message);

    private static TestCaseData Spoiled(string yaml, string old, string replacement, int line, string field, string message) =>
        Bad(yaml.With(old, replacement), line, field, message, $"{old.Trim()} → {replacement.Trim()}");

    private static TestCaseData Bad(string yaml, int line, string field, string message, string change = "") =>
        new TestCaseData(yaml, line, field, message).SetArgDisplayNames(field, message, change[..Math.Min(60, change.Length)]);
}
