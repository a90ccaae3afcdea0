using CredBroker.Approvals;
using CredBroker.Tests.Policy;

namespace CredBroker.Tests.Approvals;

/// <summary>Nobody agrees to what they ask for themselves, by whatever name the broker knows them.</summary>
[TestFixture]
[Category("Unit")]
public sealed class FourEyesTests
{
    [TestCase("alice@acme.test", "alice@acme.test", true)]
    [TestCase("Alice@acme.test", "alice@acme.test", true)]
    [TestCase("https://id.acme.test/alice", "alice", true)]
    [TestCase("spiffe://acme.test/human/alice", "alice", true)]
    [TestCase("spiffe://acme.test/human/malice", "alice", false)]
    [TestCase("spiffe://acme.test/agent/one", "alice", false)]
    public void Bars_NameOfTheOpener_WithAndWithoutIssuer(string subject, string name, bool barred)
    {
        var names = FourEyes.NamesOf([PolicyTasks.Agent with { Subject = subject, Selectors = [] }]);

        Assert.That(FourEyes.Bars(names, new Approver(name, name, TenantScope.All)), Is.EqualTo(barred));
        Assert.That(FourEyes.Bars(names, new Approver($"{name} of https://id.acme.test", name, TenantScope.All)), Is.EqualTo(barred));
    }

    [Test]
    public void NamesOf_Line_HoldsWhatIsAttestedAndWhomTheRuleNames()
    {
        var child = PolicyTasks.Agent with { Subject = "child", Selectors = ["email:ann@acme.test"], Attributes = new Dictionary<string, string> { ["human"] = "bob" } };
        var root = PolicyTasks.Agent with { Subject = "root", Selectors = [] };

        Assert.That(FourEyes.NamesOf([child, root]), Is.EqualTo(new[] { "child", "bob", "ann@acme.test", "root" }));
    }
}
