using CredBroker.Policy;
using CredBroker.Policy.Cedar.Documents;
using CredBroker.Templates;
using CredBroker.Testing;
using CredBroker.Tests.Templates;

namespace CredBroker.Tests.Policy.Cedar;

[TestFixture]
[Category("Unit")]
public sealed class PolicyFolderTests
{
    private const string Good = """@id("a") permit (principal, action, resource);""";

    private TempFolder _folder = null!;

    [SetUp]
    public void SetUp() => _folder = new TempFolder();

    [TearDown]
    public void TearDown() => _folder.Dispose();

    [Test]
    public void Read_GoodPolicies_TellsWhatTheySay()
    {
        _folder.Write("sub/one.cedar", """
            // A comment; with a semicolon and a "quote.
            @id("teams/limit") @max_ttl("2m30s") @reason("Why; because.")
            permit (
              principal in Tenant::"payments",
              action in [Action::"read", Action::"write"], // another; comment
              resource == Template::"a;\"b"
            );
            @id("b") @approval("payments-oncall:2")
            forbid (principal is Workload in Kind::"agent", action == Action::"delegate", resource is Template in Risk::"high")
            when { context.live_leases > 5 && context.task.purpose.value == "// no comment; \" none" };
            """);

        var set = ReadGood();

        var (limit, b) = (set.ById["teams/limit"], set.ById["b"]);
        Assert.Multiple(() =>
        {
            Assert.That(set.Policies.Select(policy => policy.Id), Is.EqualTo(new[] { "b", "teams/limit" }));
            Assert.That((limit.Permits, limit.MaxTtl, limit.Reason, limit.Uses.IsOfHeld), Is.EqualTo((true, (TimeSpan?)TimeSpan.FromSeconds(150), "Why; because.", false)));
            Assert.That(limit.Scope.Principal, Is.EqualTo(new EntityKey("Tenant", "payments")));
            Assert.That(limit.Scope.Actions, Is.EquivalentTo(new[] { "read", "write" }));
            Assert.That(limit.Scope.Resource, Is.EqualTo(new EntityKey("Template", "a;\"b")));
            Assert.That((b.Permits, b.Approval, b.Uses.IsOfHeld), Is.EqualTo((false, new ApprovalNeed("payments-oncall", 2), true)));
            Assert.That(b.Scope.Principal, Is.EqualTo(new EntityKey("Kind", "agent")));
            Assert.That(b.Scope.Actions, Is.EquivalentTo(new[] { "delegate" }));
            Assert.That(b.Scope.Resource, Is.EqualTo(new EntityKey("Risk", "high")));
        });
    }

    [TestCase("""@id("a") permit (principal, action, resource) when { principal.kind = "x" };""", 2, "policy", "not a valid operator")]
    [TestCase("""@id("a") permit (principal, action, resource)""", 2, "policy", "unexpected end of input")]
    [TestCase("""@id("a") permit (principal == ?principal, action, resource);""", 2, "policy", "template")]
    [TestCase("""permit (principal, action, resource);""", 2, "@id", "is missing")]
    [TestCase("""@id permit (principal, action, resource);""", 2, "@id", "must be")]
    [TestCase("""@id("has space") permit (principal, action, resource);""", 2, "@id", "must be")]
    [TestCase("""@id("template-bounds") permit (principal, action, resource);""", 2, "@id", "is the name of")]
    [TestCase("""@id("a") @id("b") permit (principal, action, resource);""", 2, "policy", "duplicate annotation")]
    [TestCase("""@id("a") @maxttl("5m") permit (principal, action, resource);""", 2, "@maxttl", "is not known")]
    [TestCase("""@id("a") @max_ttl("5") permit (principal, action, resource);""", 2, "@max_ttl", "must be a duration")]
    [TestCase("""@id("a") @max_ttl("0s") permit (principal, action, resource);""", 2, "@max_ttl", "must be a duration")]
    [TestCase("""@id("a") @max_ttl("25h") permit (principal, action, resource);""", 2, "@max_ttl", "must be a duration")]
    [TestCase("""@id("a") @max_ttl("5m") forbid (principal, action, resource);""", 2, "@max_ttl", "stands on what permits")]
    [TestCase("""@id("a") @approval("ops") permit (principal, action, resource);""", 2, "@approval", "stands on what forbids")]
    [TestCase("""@id("a") @approval("Ops Team") forbid (principal, action, resource);""", 2, "@approval", "must be a group")]
    [TestCase("""@id("a") @approval("ops:0") forbid (principal, action, resource);""", 2, "@approval", "must be a group")]
    [TestCase("""@id("a") @approval("ops:21") forbid (principal, action, resource);""", 2, "@approval", "must be a group")]
    [TestCase("""@id("a") @reason("") forbid (principal, action, resource);""", 2, "@reason", "must be one line")]
    [TestCase("""@id("a") permit (principal, action == Action::"red", resource);""", 2, "a", "unrecognized action")]
    [TestCase("""@id("a") permit (principal, action == Action::"read", resource) when { resource.nope };""", 2, "a", "nope")]
    [TestCase("""@id("a") permit (principal, action == Action::"read", resource is Tool);""", 2, "a", "impossible")]
    [TestCase("""@id("a") forbid (principal, action, resource) when { context.approval.groups.isEmpty() };""", 2, "a", "optional attribute")]
    public void Read_BadPolicy_TellsFileLineAndReason(string policy, int line, string field, string reason)
    {
        _folder.Write("a.cedar", "\n" + policy);

        var faults = ReadBad();

        Assert.That(faults, Has.Some.Matches<CatalogueFault>(fault =>
            fault!.File == "a.cedar" && fault.Line == line && fault.Field == field && fault.Message.Contains(reason, StringComparison.Ordinal)),
            string.Join('\n', faults));
    }

    [Test]
    public void Read_FaultInsideOfAPolicy_IsOnItsOwnLine()
    {
        _folder.Write("a.cedar", """
            // ü, to count bytes and characters apart
            @id("a")
            permit (principal, action == Action::"read", resource)
            when {
              "größer" != "" && // ü
              resource.nope == 1
            };
            """);

        Assert.That(ReadBad().Single().ToString(), Does.StartWith("a.cedar:6: a: "));
    }

    [Test]
    public void Read_ManyFaults_TellsAllOfThem()
    {
        _folder.Write("a.cedar", """permit (principal, action, resource); @id("x") permit (principal, action, resource) when { nonsense };""");
        _folder.Write("b.cedar", Good + "\n" + Good);
        _folder.Write("c.cedar", """@id("c") permit (principal, action == Action::"read", resource) when { resource.nope };""");

        var faults = ReadBad().Select(fault => $"{fault.File}:{fault.Line}: {fault.Field}");

        Assert.That(faults, Is.SupersetOf(new[] { "a.cedar:1: @id", "a.cedar:1: policy", "b.cedar:2: a", "c.cedar:1: c" }));
    }

    [Test]
    public void Read_IdGivenTwice_NamesTheOther()
    {
        _folder.Write("a.cedar", Good);
        _folder.Write("b.cedar", Good);

        Assert.That(ReadBad().Single().ToString(), Does.StartWith("b.cedar:1: a: ").And.Contain("a.cedar:1"));
    }

    [Test]
    public void Read_PolicyThatBreaksCedar_IsAFaultAndTheOthersAreReadAllTheSame()
    {
        _folder.Write("a.cedar", $$"""@id("deep") permit (principal, action, resource) when { {{new string('(', 100_000)}}true{{new string(')', 100_000)}} };""");
        _folder.Write("b.cedar", """@id("b") permit (principal, action, resource) when { nonsense };""");

        var faults = ReadBad();

        Assert.That(faults.Select(fault => fault.File), Is.EqualTo(new[] { "a.cedar", "b.cedar" }));
        Assert.That(faults[0].Message, Does.Contain("nested too deep"));
    }

    [Test]
    public void Read_NoPolicies_IsAFault()
    {
        _folder.Write("a.cedar", "// nothing");
        _folder.Write("b.txt", Good);

        Assert.That(ReadBad().Single().Message, Is.EqualTo("holds no documents"));
    }

    [Test]
    public void Read_NoFolder_IsAFaultWorthRetrying()
    {
        var reading = PolicyFolder.Read(_folder["missing"], TestCedar.Module);

        Assert.That((reading.Set, reading.IsWorthRetrying), Is.EqualTo(((CedarPolicySet?)null, true)));
    }

    [Test]
    public void Version_FilesAndTheirOrder_DoNotCount()
    {
        const string Other = """@id("b") forbid (principal, action, resource);""";
        _folder.Write("a.cedar", Good);
        _folder.Write("b.cedar", Other);
        var first = ReadGood().Version;
        _folder.Write("a.cedar", "// moved\n" + Other + Good);
        File.Delete(_folder["b.cedar"]);
        var moved = ReadGood().Version;
        _folder.Write("a.cedar", Good);

        Assert.That(moved, Is.EqualTo(first).And.Match("^[0-9a-f]{16}$"));
        Assert.That(ReadGood().Version, Is.Not.EqualTo(first));
    }

    [TestCase("context.held.isEmpty()", true)]
    [TestCase("context.holding.isEmpty()", true)]
    [TestCase("context.live_leases == 1", true)]
    [TestCase("[1].contains(if context.live_leases == 1 then 1 else 2)", true)]
    [TestCase("context == context", true)]
    [TestCase("resource.name == \"held\" && context.task.purpose.value == \"live_leases\"", false)]
    [TestCase("context has approval && context.approval.groups.contains(\"held\")", false)]
    [TestCase("context.ttl < duration(\"1m\")", false)]
    public void Uses_Condition_TellsWhetherThePolicyLooksAtLeases(string condition, bool held)
    {
        _folder.Write("a.cedar", $$"""@id("a") permit (principal, action == Action::"read", resource) when { {{condition}} };""");

        Assert.That(ReadGood().Policies.Single().Uses.IsOfHeld, Is.EqualTo(held));
    }

    [TestCase("principal.kind == \"x\"", "kind", false, false)]
    [TestCase("context.task.purpose.value == \"x\" || resource.owner == \"y\"", "owner purpose task value", false, false)]
    [TestCase("principal has kind && !(resource has name)", "kind name", false, false)]
    [TestCase("context.task.hasTag(\"a\")", "task", true, false)]
    [TestCase("principal in Tenant::\"a\"", "", false, true)]
    [TestCase("if [1].contains(2) then {a: context.ttl} == {a: duration(\"1s\")} else true", "ttl", false, false)]
    public void Uses_Condition_NamesEveryAttributeThatIsLookedAt(string condition, string names, bool isTagged, bool isGrouped)
    {
        _folder.Write("a.cedar", $$"""@id("a") permit (principal, action == Action::"read", resource) when { {{condition}} };""");

        var uses = ReadGood().Policies.Single().Uses;

        Assert.That(string.Join(' ', uses.Names.Order(StringComparer.Ordinal)), Is.EqualTo(names));
        Assert.That((uses.IsTagged, uses.IsGrouped, uses.IsContextWhole), Is.EqualTo((isTagged, isGrouped, false)));
    }

    [Test]
    public void Read_StarterSet_IsGood()
    {
        var reading = PolicyFolder.Read(Path.Combine(Repository.Root, "samples", "policies", "starter"), TestCedar.Module);

        Assert.That(reading.Faults, Is.Empty);
    }

    private CedarPolicySet ReadGood()
    {
        var reading = PolicyFolder.Read(_folder.Path, TestCedar.Module);
        Assert.That(reading.Faults, Is.Empty);
        return reading.Set!;
    }

    private IReadOnlyList<CatalogueFault> ReadBad()
    {
        var reading = PolicyFolder.Read(_folder.Path, TestCedar.Module);
        Assert.That(reading.Set, Is.Null);
        return reading.Faults;
    }
}
