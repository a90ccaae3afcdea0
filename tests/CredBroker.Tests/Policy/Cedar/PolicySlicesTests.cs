using System.Collections.Frozen;
using CredBroker.Policy.Cedar.Decisions;
using CredBroker.Policy.Cedar.Documents;

namespace CredBroker.Tests.Policy.Cedar;

[TestFixture]
[Category("Unit")]
public sealed class PolicySlicesTests
{
    [TestCase("any", true)]
    [TestCase("read", true)]
    [TestCase("write", false)]
    [TestCase("own workload", true)]
    [TestCase("own tenant", true)]
    [TestCase("other tenant", false)]
    [TestCase("own template", true)]
    [TestCase("own target", true)]
    [TestCase("other template", false)]
    [TestCase("own kind", true)]
    [TestCase("own sensitivity", true)]
    [TestCase("own risk", true)]
    [TestCase("other risk", false)]
    public void Of_Head_DecidesWhetherThePolicyIsAsked(string head, bool asked)
    {
        var policy = Policies.Of("p", "permit (principal, action, resource);", head switch
        {
            "any" => new PolicyScope(null, null, null),
            "read" or "write" => new PolicyScope(null, new[] { head }.ToFrozenSet(), null),
            "own workload" => new PolicyScope(new EntityKey("Workload", "spiffe://acme.test/agent/one"), null, null),
            "own tenant" => new PolicyScope(new EntityKey("Tenant", "payments"), null, null),
            "other tenant" => new PolicyScope(new EntityKey("Tenant", "billing"), null, null),
            "own template" => new PolicyScope(null, null, new EntityKey("Template", "orders-api")),
            "own target" => new PolicyScope(null, null, new EntityKey("Target", "orders")),
            "own kind" => new PolicyScope(new EntityKey("Kind", "agent"), null, null),
            "own sensitivity" => new PolicyScope(null, null, new EntityKey("Sensitivity", "internal")),
            "own risk" => new PolicyScope(null, null, new EntityKey("Risk", "low")),
            "other risk" => new PolicyScope(null, null, new EntityKey("Risk", "high")),
            _ => new PolicyScope(null, null, new EntityKey("Template", "ledger")),
        });

        var slice = new PolicySlices([policy]).Of(new Ask().Scope);

        Assert.That(slice.Policies, asked ? Has.Exactly(1).SameAs(policy) : Is.Empty);
    }

    [Test]
    public void Of_RequestsThatNoHeadTellsApart_ShareASlice()
    {
        var slices = new PolicySlices([Policies.Of("p", "", new PolicyScope(null, null, new EntityKey("Template", "ledger")))]);

        Assert.That(slices.Of(new Ask { Template = "one" }.Scope), Is.SameAs(slices.Of(new Ask { Template = "two", Tenant = "billing" }.Scope)));
        Assert.That(slices.Of(new Ask { Template = "ledger" }.Scope), Is.Not.SameAs(slices.Of(new Ask().Scope)));
    }

    [Test]
    public void Of_EntityOfOtherTypeWithTheSameName_IsAnother()
    {
        var slices = new PolicySlices([Policies.Of("p", "", new PolicyScope(null, null, new EntityKey("Target", "orders-api")))]);

        Assert.That(slices.Of(new Ask().Scope).Policies, Is.Empty);
    }
}
