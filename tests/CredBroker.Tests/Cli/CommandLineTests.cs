using CredBroker.Cli;
using CredBroker.Protocol.V1;

namespace CredBroker.Tests.Cli;

[TestFixture, Category("Unit")]
public sealed class CommandLineTests
{
    [TestCase("nonsense")]
    [TestCase("task", "open")]
    [TestCase("issue")]
    [TestCase("issue", "--template", "t", "--capability", "delete")]
    [TestCase("issue", "--template", "t", "--ttl", "soon")]
    [TestCase("exec", "--template", "t")]
    [TestCase("status", "--output", "xml")]
    [TestCase("task", "end", "--wait", "1d")]
    [TestCase("revoke", "run", "--tenant", "payments")]
    [TestCase("revoke", "preview", "--tenant", "payments", "--role", "root")]
    [TestCase("revoke", "report", "ord_1", "--format", "pdf")]
    [TestCase("fence", "lift", "fnc_1")]
    [TestCase("lease", "list", "--or")]
    [TestCase("clock", "reset")]
    public async Task Run_WrongCall_IsUsage(params string[] args)
    {
        await using var bench = await CliBench.StartAsync();
        Assert.That(await bench.RunAsync(args), Is.EqualTo(2));
        Assert.That(bench.Error, Is.Not.Empty);
        Assert.That(bench.Broker.Calls, Is.Empty);
    }

    [Test]
    public async Task Run_NoAddress_IsUsage()
    {
        await using var bench = await CliBench.StartAsync();
        bench.Variables.Remove("CREDBROKER_ADDRESS");
        Assert.That(await bench.RunAsync("status"), Is.EqualTo(2));
        Assert.That(bench.Error, Does.Contain("CREDBROKER_ADDRESS"));
    }

    [Test]
    public async Task Run_PlainHttpToAnotherMachine_IsUsage()
    {
        await using var bench = await CliBench.StartAsync();
        Assert.That(await bench.RunAsync("status", "--address", "http://broker.acme.test"), Is.EqualTo(2));
        Assert.That(bench.Error, Does.StartWith("usage: ").And.Contain("https://"));
    }

    [Test]
    public async Task Run_NoTokenFileOrAnEmptyOne_IsUsage()
    {
        await using var bench = await CliBench.StartAsync();
        Assert.That(await bench.RunAsync("lease", "list"), Is.EqualTo(2));
        await File.WriteAllTextAsync(bench.PathOf("task.token"), "\n");
        Assert.That(await bench.RunAsync("lease", "list"), Is.EqualTo(2));
        Assert.That(bench.Error, Does.Contain("empty"));
    }

    [Test]
    public async Task Run_EvidenceIsMissing_IsUsage()
    {
        await using var bench = await CliBench.StartAsync();
        File.Delete(bench.PathOf("svid.jwt"));
        Assert.That(await bench.RunAsync("task", "open", "--purpose", "p"), Is.EqualTo(2));
        Assert.That(bench.Error, Does.Contain("svid.jwt"));
    }

    [Test]
    public async Task Run_BrokerIsNotThere_IsUnavailable()
    {
        await using var bench = await CliBench.StartAsync();
        Assert.That(await bench.RunAsync("status", "--address", "http://127.0.0.1:1"), Is.EqualTo(3));
        Assert.That(bench.Error, Does.StartWith("unavailable: "));
    }

    [Test]
    public async Task Status_Always_ShowsTheParts()
    {
        await using var bench = await CliBench.StartAsync();
        Assert.That(await bench.RunAsync("status"), Is.Zero);
        Assert.That(bench.Out, Does.Match(@"ready:\s+yes").And.Match(@"store:\s+embedded").And.Match(@"store:\s+healthy"));
        await bench.RunAsync("status", "-o", "json");
        Assert.That(bench.Json.GetProperty("components")[0].GetProperty("name").GetString(), Is.EqualTo("store"));
    }

    [Test]
    public async Task Status_DeadLetters_SaysWhereToLook()
    {
        await using var bench = await CliBench.StartAsync();
        bench.Broker.Script<GetStatusRequest, GetStatusResponse>(_ => Task.FromResult(new GetStatusResponse { Ready = true, QueueDepth = 12, DeadLetters = 3 }));
        Assert.That(await bench.RunAsync("status"), Is.Zero);
        Assert.That(bench.Out, Does.Match(@"queue depth:\s+12").And.Match(@"dead letters:\s+3 .*credbroker deadletter list"));
        await bench.RunAsync("status", "-o", "json");
        Assert.That(bench.Json.GetProperty("queue_depth").GetInt64(), Is.EqualTo(12));
        Assert.That(bench.Json.GetProperty("dead_letters").GetInt64(), Is.EqualTo(3));
    }

    [Test]
    public async Task Status_HealthyWithSomethingToTell_TellsIt()
    {
        await using var bench = await CliBench.StartAsync();
        bench.Broker.Script<GetStatusRequest, GetStatusResponse>(_ => Task.FromResult(new GetStatusResponse
        {
            Ready = true,
            Components = { new GetStatusResponse.Types.Component { Name = "tightening", Healthy = true, Detail = "reported only: of 7 live leases 2 no longer permitted" } },
        }));
        Assert.That(await bench.RunAsync("status"), Is.Zero);
        Assert.That(bench.Out, Does.Match(@"tightening:\s+healthy: reported only: of 7"));
    }

    [Test]
    public async Task Status_NotReady_IsUnavailable()
    {
        await using var bench = await CliBench.StartAsync();
        bench.Broker.Script<GetStatusRequest, GetStatusResponse>(_ => Task.FromResult(new GetStatusResponse
        {
            Components = { new GetStatusResponse.Types.Component { Name = "audit", Detail = "cannot be written" } },
        }));
        Assert.That(await bench.RunAsync("status"), Is.EqualTo(3));
        Assert.That(bench.Out, Does.Contain("unhealthy: cannot be written"));
    }

    [TestCase("30s", 30), TestCase("5m", 300), TestCase("2h", 7200), TestCase("0s", 0)]
    public void Duration_WellFormed_IsRead(string text, int seconds)
    {
        Assert.That(DurationText.TryParse(text, out var duration), Is.True);
        Assert.That(duration, Is.EqualTo(TimeSpan.FromSeconds(seconds)));
    }

    [TestCase("30"), TestCase("s"), TestCase("-3s"), TestCase("1.5h"), TestCase("99999999999s"), TestCase("3 s"), TestCase("")]
    public void Duration_Other_IsNot(string text) => Assert.That(DurationText.TryParse(text, out _), Is.False);
}
