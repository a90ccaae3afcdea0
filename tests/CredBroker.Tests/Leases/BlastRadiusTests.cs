using CredBroker.Leases;

namespace CredBroker.Tests.Leases;

[TestFixture, Category("Unit")]
public sealed class BlastRadiusTests
{
    [Test]
    public void ByWorkload_MoreThanAreTold_TheLargestAndTheRestTogether()
    {
        var radius = new BlastRadius();
        for (var workload = 0; workload < 1_000; workload++)
            for (var lease = 0; lease <= workload % 3; lease++) radius.Add(SomeLease.Of($"spiffe://acme.test/agent/{workload}"));

        Assert.Multiple(() =>
        {
            Assert.That(radius.ByWorkload, Has.Count.EqualTo(BlastRadius.MaxValues));
            Assert.That(radius.ByWorkload.Values.Sum(), Is.EqualTo(radius.Total));
            Assert.That(radius.ByWorkload.Where(one => one.Key != BlastRadius.Others).Select(one => one.Value), Is.All.EqualTo(3));
            Assert.That(radius.ByTemplate, Is.EqualTo(new Dictionary<string, long> { ["orders-api"] = radius.Total }));
        });
    }
}
