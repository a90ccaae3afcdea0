using CredBroker.Server.Access;

namespace CredBroker.Server.Tests.Access;

[TestFixture, Category("Unit")]
public sealed class OperatorTests
{
    [TestCase(OperatorRole.Viewer, new[] { OperatorRole.Viewer })]
    [TestCase(OperatorRole.Responder, new[] { OperatorRole.Viewer, OperatorRole.Responder })]
    [TestCase(OperatorRole.Approver, new[] { OperatorRole.Viewer, OperatorRole.Approver })]
    [TestCase(OperatorRole.PlatformAdmin, new[] { OperatorRole.Viewer, OperatorRole.Responder, OperatorRole.PlatformAdmin })]
    public void MayIn_OneRole_WhatItHoldsAndNoMore(OperatorRole given, OperatorRole[] held)
    {
        var alice = new Operator("alice", [new RoleBinding("alice", given, "payments")]);

        Assert.That(Enum.GetValues<OperatorRole>().Where(role => alice.MayIn(role, "payments")), Is.EquivalentTo(held));
    }

    [TestCase("payments", true)]
    [TestCase("logistics", false)]
    [TestCase("Payments", false)]
    [TestCase("payments2", false)]
    [TestCase("*", false)]
    [TestCase("", false)]
    public void MayIn_OneTenant_ThatOneExactly(string tenant, bool may)
    {
        var alice = new Operator("alice", [new RoleBinding("alice", OperatorRole.Responder, "payments")]);

        Assert.That(alice.MayIn(OperatorRole.Responder, tenant), Is.EqualTo(may));
    }

    [Test]
    public void MayIn_EveryTenant_AlsoOneThatIsNew()
    {
        var root = new Operator("root", [new RoleBinding("root", OperatorRole.PlatformAdmin, "*")]);

        Assert.Multiple(() =>
        {
            Assert.That(root.MayIn(OperatorRole.Responder, "new"), Is.True);
            Assert.That(root.TenantsOf(OperatorRole.PlatformAdmin).IsAll, Is.True);
            Assert.That(root.TenantsOf(OperatorRole.Approver).IsNone, Is.True);
        });
    }

    [Test]
    public void TenantsOf_SeveralBindings_ThoseOfEachRole()
    {
        var alice = new Operator(
            "alice",
            [
                new RoleBinding("alice", OperatorRole.Viewer, "payments"), new RoleBinding("alice", OperatorRole.Responder, "logistics"),
                new RoleBinding("bob", OperatorRole.PlatformAdmin, "*"),
            ]);

        Assert.Multiple(() =>
        {
            Assert.That(alice.TenantsOf(OperatorRole.Viewer).Tenants, Is.EquivalentTo(new[] { "payments", "logistics" }));
            Assert.That(alice.TenantsOf(OperatorRole.Responder).Tenants, Is.EquivalentTo(new[] { "logistics" }));
            Assert.That(alice.TenantsOf(OperatorRole.PlatformAdmin).IsNone, Is.True);
        });
    }

    [Test]
    public void Principal_OfSeveralIssuers_IsToldApart()
    {
        RoleBinding[] bindings = [new("alice", OperatorRole.Responder, "payments")];
        var (here, there) = (new Operator("alice", bindings, "https://a.test"), new Operator("alice", bindings, "https://b.test"));

        Assert.That(here.Principal, Is.Not.EqualTo(there.Principal));
        Assert.That(here.MayIn(OperatorRole.Responder, "payments"), Is.True);
    }

    [Test]
    public void Operator_WithoutBinding_MayNothing()
    {
        var nobody = new Operator("nobody", [new RoleBinding("alice", OperatorRole.PlatformAdmin, "*")]);

        Assert.That(Enum.GetValues<OperatorRole>().Where(role => !nobody.TenantsOf(role).IsNone), Is.Empty);
    }
}
