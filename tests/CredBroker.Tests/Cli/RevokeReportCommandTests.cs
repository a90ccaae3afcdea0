using System.Text.Json;
using CredBroker.Protocol.V1;
using CredBroker.Testing.Broker;
using Google.Protobuf.WellKnownTypes;
using State = CredBroker.Protocol.V1.RevocationOrder.Types.State;

namespace CredBroker.Tests.Cli;

[TestFixture, Category("Unit")]
public sealed class RevokeReportCommandTests
{
    [Test]
    public async Task Report_CompleteOrder_IsMarkdownWithTheCounts()
    {
        await using var bench = await OrderedAsync(irrevocable: 0);
        Assert.That(await bench.RunAsync("revoke", "report", FakeOrders.OrderId), Is.Zero);
        Assert.That(bench.Out, Does.StartWith($"# Revocation order {FakeOrders.OrderId}").And.Contain("| fenced | 5 |").And.Contain("| token dead | 5 |")
            .And.Contain("| confirmed at the backend | 0 |").And.Contain("| could not be revoked | 0 |").And.Contain("after 3.0 s")
            .And.Contain("Everything that it matched is dead").And.Contain("tenant=payments"));
        Assert.That(bench.Out, Does.Not.Contain("Not known to be dead"));
    }

    [Test]
    public async Task Report_PartialOrder_ListsWhatIsNotKnownToBeDead()
    {
        await using var bench = await OrderedAsync(irrevocable: 1);
        bench.Broker.Script<ListLeasesRequest, ListLeasesResponse>(_ => Task.FromResult(new ListLeasesResponse { Leases = { Stuck() } }));
        Assert.That(await bench.RunAsync("revoke", "report", FakeOrders.OrderId), Is.EqualTo(4));
        Assert.That(bench.Out, Does.Contain("## Not known to be dead").And.Contain("| lse_stuck | orders-db |").And.Contain("Irrevocable"));
        var asked = bench.Broker.Requests<ListLeasesRequest>().Single();
        Assert.That(asked.Selector, Is.EqualTo(new LeaseSelector { Tenant = "payments" }));
        Assert.That(asked.States, Does.Not.Contain(LeaseState.Revoked));
    }

    [TestCase("--format", "json"), TestCase("-o", "json")]
    public async Task Report_AsJson_HasStableMembers(params string[] options)
    {
        await using var bench = await OrderedAsync(irrevocable: 1);
        bench.Broker.Script<ListLeasesRequest, ListLeasesResponse>(_ => Task.FromResult(new ListLeasesResponse { Leases = { Stuck(), Stuck() } }));
        Assert.That(await bench.RunAsync(["revoke", "report", FakeOrders.OrderId, .. options]), Is.EqualTo(4));
        Assert.That(bench.Json.EnumerateObject().Select(m => m.Name), Is.EqualTo(["order", "complete", "not_dead", "not_dead_truncated"]));
        Assert.That(bench.Json.GetProperty("complete").ValueKind, Is.EqualTo(JsonValueKind.False));
        Assert.That(bench.Json.GetProperty("not_dead").GetArrayLength(), Is.EqualTo(1), "one lease may come by two selectors");
    }

    [Test]
    public async Task Report_TextsThatOthersChose_CannotBecomeMarkdown()
    {
        await using var bench = await OrderedAsync(irrevocable: 0);
        bench.Broker.Orders.Order!.Reason = "x | y\n# ![p](http://evil.test) <b>";
        await bench.RunAsync("revoke", "report", FakeOrders.OrderId);
        Assert.That(bench.Out, Does.Contain(@"x \| y").And.Contain(@"\!\[p\](").And.Contain(@"\<b\>").And.Not.Contain("\n# !"));
    }

    private static Lease Stuck() => new()
    {
        Id = "lse_stuck",
        Template = "orders-db",
        State = LeaseState.Irrevocable,
        MaxExpiresAt = Timestamp.FromDateTimeOffset(DateTimeOffset.UnixEpoch),
    };

    private static async Task<CliBench> OrderedAsync(long irrevocable)
    {
        var bench = await CliBench.StartAsOperatorAsync();
        bench.Broker.Orders.Order = new RevocationOrder
        {
            Id = FakeOrders.OrderId,
            FenceId = FakeOrders.FenceId,
            State = State.Done,
            Reason = "leaked key",
            OrderedBy = "alice",
            Selectors = { new LeaseSelector { Tenant = "payments" } },
            Fenced = 5,
            Dead = 5 - irrevocable,
            Irrevocable = irrevocable,
            OrderedAt = Timestamp.FromDateTimeOffset(DateTimeOffset.UnixEpoch),
            DoneAt = Timestamp.FromDateTimeOffset(DateTimeOffset.UnixEpoch + TimeSpan.FromSeconds(3)),
        };
        return bench;
    }
}
