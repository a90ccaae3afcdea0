using CredBroker.Templates;
using CredBroker.Templates.Vault;

namespace CredBroker.Tests.Templates;

[TestFixture]
[Category("Unit")]
public sealed class VaultTemplateTests
{
    private const string Template = """
        apiVersion: credbroker/v1
        kind: Template
        metadata: { name: orders-db, owner: payments-platform }
        spec:
          target: orders-db
          risk: medium
          capabilities: [read]
          ttl: { default: 2m, max: 5m }
          renewable: false
          backend:
            vault:
              mount: database
              role: orders-ro

        """;

    private TempFolder _folder = null!;

    [SetUp]
    public void SetUp() => _folder = new TempFolder();

    [TearDown]
    public void TearDown() => _folder.Dispose();

    [Test]
    public void Read_MountAndRole_AreADynamicEngineOfTheFirstCluster()
    {
        var backend = Read(Template);

        Assert.That(backend, Is.EqualTo(new VaultTemplateBackend("database", new VaultDynamicEngine("orders-ro")) { Policies = backend.Policies }));
        Assert.That(backend.Policies, Is.Empty);
    }

    [Test]
    public void Read_EverythingElse_IsHeld()
    {
        var backend = Read(Template.With("mount: database", """
            cluster: emea
                  namespace: team-a/payments
                  tokenRole: payments
                  policies: [orders-ro, shared/read]
                  profile: lean
                  revocability: bounded
                  mount: aws/prod
            """));

        Assert.Multiple(() =>
        {
            Assert.That((backend.Cluster, backend.Namespace, backend.TokenRole, backend.Mount, backend.IsLean), Is.EqualTo(("emea", "team-a/payments", "payments", "aws/prod", true)));
            Assert.That(backend.Policies, Is.EqualTo(new[] { "orders-ro", "shared/read" }));
            Assert.That(backend.Engine, Is.EqualTo(new VaultDynamicEngine("orders-ro", CanRevoke: false)));
        });
    }

    [Test]
    public void Read_Pki_HoldsItsNames()
    {
        var engine = (VaultPkiEngine)Read(Template.With("role: orders-ro", """
            role: agents
                  pki: { commonName: agent.orders.test, altNames: [a.orders.test], uriSans: ["spiffe://acme.test/a"] }
            """)).Engine;

        Assert.That((engine.Role, engine.CommonName), Is.EqualTo(("agents", "agent.orders.test")));
        Assert.That(engine.AltNames, Is.EqualTo(new[] { "a.orders.test" }));
        Assert.That(engine.UriSans, Is.EqualTo(new[] { "spiffe://acme.test/a" }));
    }

    [Test]
    public void Read_Ssh_HoldsItsPrincipals()
    {
        var engine = (VaultSshEngine)Read(Template.With("role: orders-ro", "role: agents\n      ssh: { principals: [deploy, report] }")).Engine;

        Assert.That(engine.Role, Is.EqualTo("agents"));
        Assert.That(engine.Principals, Is.EqualTo(new[] { "deploy", "report" }));
    }

    [TestCase("kv: { path: legacy/orders }", null)]
    [TestCase("kv: { path: legacy/orders, rotation: database/rotate-role/orders }", "database/rotate-role/orders")]
    public void Read_Kv_HoldsPathAndRotation(string yaml, string? rotation) =>
        Assert.That(Read(Template.With("role: orders-ro", yaml)).Engine, Is.EqualTo(new VaultKvEngine("legacy/orders", rotation)));

    [TestCase("mount: database", "mount: /database", 12, "spec.backend.vault.mount", "must be a path")]
    [TestCase("mount: database", "mount: a//b", 12, "spec.backend.vault.mount", "must be a path")]
    [TestCase("mount: database", "mount: a/../sys", 12, "spec.backend.vault.mount", "must be a path")]
    [TestCase("mount: database", "mount: \"a b\"", 12, "spec.backend.vault.mount", "must be a path")]
    [TestCase("mount: database", "mount: \"a?x=y\"", 12, "spec.backend.vault.mount", "must be a path")]
    [TestCase("mount: database", "mount: \"a:b\"", 12, "spec.backend.vault.mount", "must be a path")]
    [TestCase("mount: database", "mount: \"a{b\"", 12, "spec.backend.vault.mount", "must be a path")]
    [TestCase("      mount: database\n", "", 11, "spec.backend.vault.mount", "is missing")]
    [TestCase("      role: orders-ro\n", "", 11, "spec.backend.vault.role", "is missing")]
    [TestCase("role: orders-ro", "role: orders/ro", 13, "spec.backend.vault.role", "must be the name of a role")]
    [TestCase("role: orders-ro", "role: ..", 13, "spec.backend.vault.role", "must be the name of a role")]
    [TestCase("role: orders-ro", "role: orders-ro\n      cluster: Main", 14, "spec.backend.vault.cluster", "must be a name")]
    [TestCase("role: orders-ro", "role: orders-ro\n      namespace: team/", 14, "spec.backend.vault.namespace", "must be a path")]
    [TestCase("role: orders-ro", "role: orders-ro\n      policies: [root]", 14, "spec.backend.vault.policies[0]", "must be the name of a policy other than root")]
    [TestCase("role: orders-ro", "role: orders-ro\n      policies: []", 14, "spec.backend.vault.policies", "must not be empty")]
    [TestCase("role: orders-ro", "role: orders-ro\n      profile: thin", 14, "spec.backend.vault.profile", "must be one of: full, lean")]
    [TestCase("role: orders-ro", "role: orders-ro\n      revocability: none", 14, "spec.backend.vault.revocability", "must be one of: instant, bounded")]
    [TestCase("role: orders-ro", "role: orders-ro\n      engine: pki", 14, "spec.backend.vault.engine", "unknown field")]
    [TestCase("role: orders-ro", "role: r\n      kv: { path: a }", 13, "spec.backend.vault.role", "a stored secret has no role")]
    [TestCase("role: orders-ro", "kv: { path: a }\n      revocability: bounded", 14, "spec.backend.vault.revocability", "is known for kv")]
    [TestCase("role: orders-ro", "role: r\n      ssh: { principals: [a] }\n      pki: { commonName: a.test }", 14, "spec.backend.vault.ssh", "there is pki already")]
    [TestCase("role: orders-ro", "role: r\n      ssh: { principals: [] }", 14, "spec.backend.vault.ssh.principals", "must not be empty")]
    [TestCase("role: orders-ro", "role: r\n      ssh: { principals: [\"a,root\"] }", 14, "spec.backend.vault.ssh.principals[0]", "must be a user name")]
    [TestCase("role: orders-ro", "role: r\n      pki: { altNames: [a.test] }", 14, "spec.backend.vault.pki.commonName", "is missing")]
    [TestCase("role: orders-ro", "role: r\n      pki: { commonName: a.test, altNames: [\"a.test,b.test\"] }", 14, "spec.backend.vault.pki.altNames[0]", "must be a DNS name")]
    [TestCase("role: orders-ro", "role: r\n      pki: { commonName: a.test, uriSans: [\"spiffe://a,spiffe://b\"] }", 14, "spec.backend.vault.pki.uriSans[0]", "must be an absolute URI")]
    [TestCase("[read]", "[read, write]", 7, "spec.capabilities", "read and write would get the same secret of Vault")]
    public void Read_BadTemplate_NamesLineAndField(string old, string replacement, int line, string field, string message) =>
        AssertFault(Template.With(old, replacement), line, field, message);

    [TestCase("profile: lean", "a batch token cannot be renewed")]
    [TestCase("revocability: bounded", "what cannot be taken back")]
    [TestCase("pki: { commonName: a.test }", "a certificate cannot be made to live longer")]
    [TestCase("ssh: { principals: [a] }", "a certificate cannot be made to live longer")]
    public void Read_RenewableWhereItCannotBe_IsRefused(string yaml, string message) => AssertFault(
        Template.With("  renewable: false\n", "").With("role: orders-ro", $"role: orders-ro\n      {yaml}"), 4, "spec.renewable", message);

    [Test]
    public void Read_LeanAndLong_IsRefused() => AssertFault(
        Template.With("max: 5m", "max: 6m").With("role: orders-ro", "role: orders-ro\n      profile: lean"), 14, "spec.backend.vault.profile", "a lean lease cannot be revoked in every case");

    [TestCase("role: orders-ro", "role: orders-rw")]
    [TestCase("mount: database", "mount: database2")]
    [TestCase("role: orders-ro", "role: orders-ro\n      cluster: other")]
    [TestCase("role: orders-ro", "role: orders-ro\n      namespace: other")]
    [TestCase("role: orders-ro", "role: orders-ro\n      tokenRole: other")]
    [TestCase("role: orders-ro", "role: orders-ro\n      policies: [other]")]
    [TestCase("role: orders-ro", "role: orders-ro\n      profile: lean")]
    [TestCase("role: orders-ro", "role: orders-ro\n      revocability: bounded")]
    [TestCase("role: orders-ro", "role: orders-ro\n      pki: { commonName: a.test }")]
    [TestCase("role: orders-ro", "role: orders-ro\n      ssh: { principals: [a] }")]
    [TestCase("role: orders-ro", "kv: { path: a }")]
    [TestCase("role: orders-ro", "kv: { path: a, rotation: b }")]
    public void Read_Changed_ChangesTheVersion(string old, string replacement) =>
        Assert.That(ReadTemplate(Template.With(old, replacement)).Version, Is.Not.EqualTo(ReadTemplate(Template).Version));

    [Test]
    public void Read_PoliciesInAnotherOrder_IsTheSameVersion() => Assert.That(
        ReadTemplate(Template.With("role: orders-ro", "role: orders-ro\n      policies: [a, b]")).Version,
        Is.EqualTo(ReadTemplate(Template.With("role: orders-ro", "role: orders-ro\n      policies: [b, a]")).Version));

    [Test]
    public void Read_CheckRefuses_TheSetIsRefusedAtTheField()
    {
        _folder.Write("a.yaml", Yaml.Target + Yaml.Separator + Template);

        var reading = CatalogueReader.Read(_folder.Path, [new NoVault()]);

        Assert.That(reading.Set, Is.Null);
        Assert.That(reading.Faults.Select(fault => fault.ToString()), Is.EqualTo(new[] { "a.yaml:16: spec.backend.vault: not here" }));
    }

    private void AssertFault(string yaml, int line, string field, string message)
    {
        _folder.Write("a.yaml", yaml);

        var faults = CatalogueReader.Read(_folder.Path).Faults;

        Assert.That(faults, Has.Count.EqualTo(1), () => string.Join('\n', faults));
        Assert.That(faults[0].ToString(), Does.StartWith($"a.yaml:{line}: {field}: {message}"));
    }

    private VaultTemplateBackend Read(string yaml) => (VaultTemplateBackend)ReadTemplate(yaml).Backend;

    private Template ReadTemplate(string yaml)
    {
        _folder.Write("a.yaml", yaml);
        var reading = CatalogueReader.Read(_folder.Path);
        Assert.That(reading.Faults, Is.Empty);
        return reading.Set!.Templates["orders-db"];
    }

    private sealed class NoVault : ITemplateCheck
    {
        public IEnumerable<FieldViolation> Check(Template template) =>
            template.Backend is VaultTemplateBackend ? [new FieldViolation("spec.backend.vault", "not here")] : [];
    }
}
