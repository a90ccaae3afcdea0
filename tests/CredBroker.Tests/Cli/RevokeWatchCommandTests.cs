using System.Diagnostics;
using System.Runtime.InteropServices;
using CredBroker.Protocol.V1;
using CredBroker.Testing.Broker;
using State = CredBroker.Protocol.V1.RevocationOrder.Types.State;

namespace CredBroker.Tests.Cli;

[TestFixture, Category("Unit")]
public sealed class RevokeWatchCommandTests
{
    private const int Interrupt = 2;

    [Test]
    public async Task Watch_OrderThatIsDone_PrintsItAtOnce()
    {
        await using var bench = await OrderedAsync();
        bench.Broker.Orders.EndWith(dead: 5);
        Assert.That(await bench.RunAsync("revoke", "watch", FakeOrders.OrderId, "-o", "json"), Is.Zero);
        Assert.That(
            bench.Json.GetProperty("order").EnumerateObject().Select(m => m.Name),
            Is.EqualTo([
                "id", "state", "selectors", "reason", "ordered_by", "ordered_at", "fence_id", "fenced", "dead", "confirmed", "unconfirmed",
                "irrevocable", "done_at", "is_settled", "is_complete"]));
    }

    [Test]
    public async Task Watch_BackendConfirmsLater_EndsWell()
    {
        await using var bench = await OrderedAsync();
        bench.Broker.Orders.EndWith(dead: 1, unconfirmed: 1);
        bench.Broker.Orders.EndWith(dead: 1, confirmed: 1);
        Assert.That(await bench.RunAsync("revoke", "watch", FakeOrders.OrderId), Is.Zero);
        Assert.That(bench.Error, Does.Contain("Everything that it matched is dead."));
    }

    [Test]
    public async Task Watch_UnknownOrder_IsRefused()
    {
        await using var bench = await CliBench.StartAsOperatorAsync();
        Assert.That(await bench.RunAsync("revoke", "watch", "ord_unknown"), Is.EqualTo(1));
        Assert.That(bench.Error, Does.Contain("refused: INVALID_REQUEST"));
    }

    [Test, Platform(Exclude = "Win")]
    public async Task Watch_Interrupted_StopsWatchingAndSaysHowToGoOn()
    {
        await using var bench = await OrderedAsync();
        bench.Broker.Orders.Steps.Add(order => (order.State, order.Fenced) = (State.Draining, 7));
        bench.Broker.Orders.StayOpen = true;
        using var process = Start(bench);
        await Until.TrueAsync(() => bench.Broker.Requests<WatchOrderRequest>().Count == 1);
        // The first line shows that signals are already taken care of.
        var first = await process.StandardError.ReadLineAsync();
        Assert.That(Kill(process.Id, Interrupt), Is.Zero);
        var rest = await process.StandardError.ReadToEndAsync();
        var output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        Assert.Multiple(() =>
        {
            Assert.That(process.ExitCode, Is.EqualTo(128 + Interrupt));
            Assert.That(first, Does.Contain("fenced 7"));
            Assert.That(rest, Does.Contain("the order goes on").And.Contain($"credbroker revoke watch {FakeOrders.OrderId}"));
            Assert.That(output, Does.Match(@"fenced:\s+7"), "how it stood at last");
            Assert.That(bench.Broker.Calls.Select(c => c.Method), Is.EqualTo(["WatchOrder"]), "the order itself is left alone");
        });
    }

    private static async Task<CliBench> OrderedAsync()
    {
        var bench = await CliBench.StartAsOperatorAsync();
        bench.Broker.Orders.Order = new RevocationOrder { Id = FakeOrders.OrderId, FenceId = FakeOrders.FenceId, State = State.Draining };
        return bench;
    }

    private static Process Start(CliBench bench)
    {
        var start = new ProcessStartInfo(
            Environment.ProcessPath is { } path && Path.GetFileNameWithoutExtension(path) == "dotnet" ? path : "dotnet",
            [Path.Combine(AppContext.BaseDirectory, "CredBroker.Cli.dll"), "revoke", "watch", FakeOrders.OrderId])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var (name, value) in bench.Variables) start.Environment[name] = value;
        return Process.Start(start)!;
    }

    [DllImport("libc", EntryPoint = "kill")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Kill(int processId, int signal);
}
