namespace CredBroker.Tests;

[TestFixture, Category("Unit")]
public sealed class TenantScopeTests
{
    [Test]
    public void Includes_ByKind_AllNoneOrThese()
    {
        var some = TenantScope.Of(["payments", "payments", "logistics"]);

        Assert.Multiple(() =>
        {
            Assert.That(TenantScope.All.Includes("new"), Is.True);
            Assert.That(TenantScope.None.Includes("payments"), Is.False);
            Assert.That(some.Includes("payments"), Is.True);
            Assert.That(some.Includes("Payments"), Is.False);
            Assert.That(some.Tenants, Has.Count.EqualTo(2));
            Assert.That((TenantScope.All.IsNone, TenantScope.None.IsNone, some.IsNone), Is.EqualTo((false, true, false)));
        });
    }
}
