using CredBroker.Protocol.V1;
using CredBroker.Testing.Broker;
using Grpc.Core;
using State = CredBroker.Protocol.V1.RevocationOrder.Types.State;

namespace CredBroker.Tests.Cli;

[TestFixture, Category("Unit")]
public sealed class RevokeRunCommandTests
{
    private static readonly string[] Run = ["revoke", "run", "--tenant", "payments", "--reason", "leaked key"];

    [Test]
    public async Task Run_FewLeasesAndYes_OrdersWhatWasPreviewedAndFollowsIt()
    {
        await using var bench = await MatchingAsync(2);
        bench.Broker.Orders.EndWith(dead: 2);
        var code = await bench.RunAsync([.. Run, "--yes", "-o", "json"]);
        var revoke = bench.Broker.Requests<RevokeRequest>().Single();
        Assert.Multiple(() =>
        {
            Assert.That(code, Is.Zero);
            Assert.That(bench.Broker.Calls.Select(c => c.Method), Is.EqualTo(["Preview", "Revoke", "WatchOrder"]));
            Assert.That(bench.Broker.Calls.Select(c => c.Authorization).Distinct(), Is.EqualTo(["Bearer op-alice"]));
            Assert.That(revoke.Selectors, Is.EqualTo(bench.Broker.Requests<PreviewRequest>().Single().Selectors));
            Assert.That(revoke.Reason, Is.EqualTo("leaked key"));
            Assert.That(revoke.ConfirmCount, Is.EqualTo(2));
            Assert.That(bench.People.Output, Does.Contain("2 live leases match tenant=payments"), "seen before pressing");
            Assert.That(bench.Json.GetProperty("blast_radius").GetProperty("total").GetInt64(), Is.EqualTo(2));
            Assert.That(bench.Json.GetProperty("order").GetProperty("dead").GetInt64(), Is.EqualTo(2));
            Assert.That(bench.Json.GetProperty("order").GetProperty("state").GetString(), Is.EqualTo("DONE"));
            Assert.That(bench.Json.GetProperty("order").GetProperty("is_complete").GetBoolean(), Is.True);
            Assert.That(bench.Error, Does.Contain(FakeOrders.OrderId).And.Contain($"credbroker fence lift {FakeOrders.FenceId}"));
        });
    }

    [Test]
    public async Task Run_AsTable_PrintsTheFiveCounts()
    {
        await using var bench = await MatchingAsync(10);
        bench.Broker.Orders.EndWith(dead: 4, confirmed: 3, irrevocable: 1);
        await bench.RunAsync([.. Run, "--yes"]);
        Assert.That(bench.Out, Does.Match(@"fenced:\s+8\s").And.Match(@"token dead:\s+4\s").And.Match(@"confirmed at the backend:\s+3\s")
            .And.Match(@"unconfirmed:\s+0\s").And.Match(@"could not be revoked:\s+1\s"));
    }

    [TestCase(101, "--yes")]
    [TestCase(101, null)]
    [TestCase(100, null)]
    public async Task Run_NobodyToAskAndNotConfirmed_IsUsageAndOrdersNothing(long count, string? option)
    {
        await using var bench = await MatchingAsync(count);
        Assert.That(await bench.RunAsync(option is null ? Run : [.. Run, option]), Is.EqualTo(2));
        Assert.That(bench.Error, Does.Contain(count > 100 ? "--confirm-count 101" : "--yes"));
        Assert.That(bench.Broker.Requests<RevokeRequest>(), Is.Empty);
    }

    [TestCase("101", 0), TestCase("100", 5), TestCase("0", 5)]
    public async Task Run_CountIsGivenBack_OrdersOnlyWhereItIsTheSame(string given, int expected)
    {
        await using var bench = await MatchingAsync(101);
        bench.Broker.Orders.EndWith(dead: 101);
        Assert.That(await bench.RunAsync([.. Run, "--confirm-count", given]), Is.EqualTo(expected));
        Assert.That(bench.Broker.Requests<RevokeRequest>(), Has.Count.EqualTo(expected == 0 ? 1 : 0));
        if (expected == 5) Assert.That(bench.Error, Does.StartWith("not confirmed: ").And.Contain("nothing was ordered"));
    }

    [TestCase("131", 0), TestCase(" 131 ", 0), TestCase("130", 5), TestCase("y", 5), TestCase("", 5)]
    public async Task Run_ManyLeasesAndAPerson_WantsTheCountTyped(string typed, int expected)
    {
        await using var bench = await MatchingAsync(131);
        bench.Broker.Orders.EndWith(dead: 131);
        bench.Typing(typed);
        Assert.That(await bench.RunAsync([.. Run, "--yes"]), Is.EqualTo(expected));
        Assert.That(bench.Broker.Requests<RevokeRequest>().Select(r => r.ConfirmCount), Is.EqualTo(expected == 0 ? new long[] { 131 } : []));
    }

    [TestCase("y", 0), TestCase("n", 5), TestCase("", 5)]
    public async Task Run_FewLeasesAndAPerson_AsksYesOrNo(string typed, int expected)
    {
        await using var bench = await MatchingAsync(3);
        bench.Broker.Orders.EndWith(dead: 3);
        bench.Typing(typed);
        Assert.That(await bench.RunAsync(Run), Is.EqualTo(expected));
        Assert.That(bench.Broker.Requests<RevokeRequest>(), Has.Count.EqualTo(expected == 0 ? 1 : 0));
    }

    [Test]
    public async Task Run_NothingMatches_MayStillRaiseTheFence()
    {
        await using var bench = await MatchingAsync(0);
        bench.Broker.Orders.EndWith(dead: 0);
        Assert.That(await bench.RunAsync([.. Run, "--yes"]), Is.Zero);
        Assert.That(bench.Broker.Requests<RevokeRequest>(), Has.Count.EqualTo(1));
    }

    [Test]
    public async Task Run_BlankReason_AsksNothing()
    {
        await using var bench = await MatchingAsync(1);
        Assert.That(await bench.RunAsync("revoke", "run", "--tenant", "payments", "--reason", " ", "--yes"), Is.EqualTo(2));
        Assert.That(bench.Broker.Calls, Is.Empty);
    }

    [Test]
    public async Task Run_SomethingCouldNotBeRevoked_IsPartial()
    {
        await using var bench = await MatchingAsync(3);
        bench.Broker.Orders.EndWith(dead: 2, irrevocable: 1);
        Assert.That(await bench.RunAsync([.. Run, "--yes"]), Is.EqualTo(4));
        Assert.That(bench.Error, Does.Contain("1 could not be revoked").And.Contain("credbroker deadletter list").And.Not.Contain("is dead."));
    }

    [Test]
    public async Task Run_BackendsDoNotConfirmInTime_IsPartialAndSaysHowToGoOn()
    {
        await using var bench = await MatchingAsync(3);
        bench.Broker.Orders.EndWith(dead: 2, unconfirmed: 1);
        bench.Broker.Orders.StayOpen = true;
        Assert.That(await bench.RunAsync([.. Run, "--yes", "--wait", "0s"]), Is.EqualTo(4));
        Assert.That(bench.Error, Does.Contain("1 are fenced and wait").And.Contain($"credbroker revoke watch {FakeOrders.OrderId}"));
        Assert.That(bench.Out, Does.Match(@"unconfirmed:\s+1"));
    }

    [Test]
    public async Task Run_StreamBreaks_GoesOnWatching()
    {
        await using var bench = await MatchingAsync(9);
        for (var i = 1; i <= 3; i++)
        {
            var fenced = i;
            bench.Broker.Orders.Steps.Add(order => (order.State, order.Fenced, order.Dead) = (State.Draining, fenced, fenced));
        }
        bench.Broker.Orders.EndWith(dead: 9);
        bench.Broker.Orders.BreakAfter = 2;
        Assert.That(await bench.RunAsync([.. Run, "--yes"]), Is.Zero);
        Assert.That(bench.Broker.Requests<WatchOrderRequest>(), Has.Count.EqualTo(2));
        Assert.That(bench.Broker.Requests<RevokeRequest>(), Has.Count.EqualTo(1));
        Assert.That(bench.Error, Does.Contain("done: fenced 9, token dead 9"));
    }

    [Test]
    public async Task Run_NoAnswerToTheOrder_IsNotSentTwiceAndSaysThatItMayStand()
    {
        await using var bench = await MatchingAsync(1);
        bench.Broker.FailNext("Revoke", new RpcException(new Status(StatusCode.Unavailable, "gone")), times: 5);
        Assert.That(await bench.RunAsync([.. Run, "--yes"]), Is.EqualTo(3));
        Assert.That(bench.Broker.Requests<RevokeRequest>(), Has.Count.EqualTo(1));
        Assert.That(bench.Error, Does.Contain("may stand all the same").And.Contain("credbroker fence list"));
    }

    [Test]
    public async Task Run_WatchingIsRefused_SaysThatTheOrderGoesOn()
    {
        await using var bench = await MatchingAsync(1);
        bench.Broker.FailNext("WatchOrder", Refusal.Of(StatusCode.PermissionDenied, "OPERATOR_ROLE_REQUIRED", "Not for you."));
        Assert.That(await bench.RunAsync([.. Run, "--yes"]), Is.EqualTo(1));
        Assert.That(bench.Error, Does.Contain("the order goes on").And.Contain("refused: OPERATOR_ROLE_REQUIRED"));
    }

    [Test]
    public async Task Run_APersonLooks_SeesBars()
    {
        await using var bench = await MatchingAsync(2);
        bench.Broker.Orders.EndWith(dead: 1, confirmed: 1);
        bench.Typing("y");
        Assert.That(await bench.RunAsync(Run), Is.Zero);
        Assert.That(bench.People.Output, Does.Contain("fenced").And.Contain("token dead").And.Contain("confirmed at the backend")
            .And.Contain("unconfirmed").And.Contain("could not be revoked"));
    }

    private static async Task<CliBench> MatchingAsync(long count)
    {
        var bench = await CliBench.StartAsOperatorAsync();
        bench.Broker.Orders.Match(count);
        return bench;
    }
}
