using CredBroker.Protocol.V1;

namespace CredBroker.Tests.Cli;

[TestFixture, Category("Unit")]
public sealed class RevokePreviewCommandTests
{
    [Test]
    public async Task Preview_AsTable_ShowsTheBlastRadiusAndOrdersNothing()
    {
        await using var bench = await CliBench.StartAsOperatorAsync();
        bench.Broker.Orders.Match(131);
        var code = await bench.RunAsync("revoke", "preview", "--tenant", "payments", "--or", "--template", "x");
        Assert.That(code, Is.Zero);
        Assert.That(bench.Out, Does.StartWith("131 live leases match tenant=payments OR template=x"));
        Assert.That(bench.Out, Does.Contain("issued from 1970-01-01 00:00:00Z to 1970-01-01 01:00:00Z").And.Contain("lse_sample"));
        Assert.That(bench.Out, Does.Match(@"TEMPLATE\s+LEASES\s+orders-api\s+131").And.Match(@"TARGET\s+LEASES\s+orders\s+131")
            .And.Match(@"WORKLOAD\s+LEASES\s+spiffe://acme.test/agent/a\s+131").And.Match(@"BACKEND\s+LEASES\s+token\s+131")
            .And.Match(@"REVOCABILITY\s+LEASES\s+instant: dead at once\s+131"));
        Assert.That(bench.Broker.Calls.Select(c => c.Method), Is.EqualTo(["Preview"]));
    }

    [Test]
    public async Task Preview_AsJson_HasStableMembers()
    {
        await using var bench = await CliBench.StartAsOperatorAsync();
        bench.Broker.Orders.Match(2);
        await bench.RunAsync("revoke", "preview", "--tenant", "payments", "-o", "json");
        var radius = bench.Json.GetProperty("blast_radius");
        Assert.That(
            radius.EnumerateObject().Select(m => m.Name),
            Is.EqualTo([
                "total", "by_template", "by_target", "by_workload", "by_backend", "by_revocability", "oldest", "newest", "samples"]));
        Assert.That(radius.GetProperty("by_template").GetProperty("orders-api").GetInt64(), Is.EqualTo(2));
    }

    [Test]
    public async Task Preview_NothingMatches_SaysSoInOneLine()
    {
        await using var bench = await CliBench.StartAsOperatorAsync();
        await bench.RunAsync("revoke", "preview", "--tenant", "payments");
        Assert.That(bench.Out.TrimEnd(), Is.EqualTo("0 live leases match tenant=payments"));
    }

    [Test]
    public async Task Preview_ManyRows_ShowsTheLargestAndCountsTheRest()
    {
        await using var bench = await CliBench.StartAsOperatorAsync();
        var radius = new BlastRadius { Total = 78 };
        for (var i = 1; i <= 12; i++) radius.ByTemplate[$"template-{i:00}"] = i;
        bench.Broker.Orders.Radius = radius;
        await bench.RunAsync("revoke", "preview", "--tenant", "payments");
        Assert.That(bench.Out, Does.Match(@"LEASES\s+template-12\s+12\s").And.Match(@"and 2 more\s+3\s").And.Not.Contain("template-02"));
    }

    [Test]
    public async Task Preview_NamesWithControlCharacters_CannotMoveTheCursor()
    {
        await using var bench = await CliBench.StartAsOperatorAsync();
        bench.Broker.Orders.Radius = new BlastRadius { Total = 1, ByWorkload = { ["agent\u001b[2J\u202e"] = 1 } };
        await bench.RunAsync("revoke", "preview", "--tenant", "payments");
        Assert.That(bench.Out, Does.Contain("agent\uFFFD[2J\uFFFD").And.Not.Contain("\u001b"));
    }
}
