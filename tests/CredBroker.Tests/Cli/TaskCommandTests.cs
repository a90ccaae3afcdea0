using CredBroker.Protocol.V1;
using CredBroker.Testing.Broker;
using Grpc.Core;

namespace CredBroker.Tests.Cli;

[TestFixture, Category("Unit")]
public sealed class TaskCommandTests
{
    [Test]
    public async Task TaskOpen_Always_KeepsTheTokenInAFileOfItsOwnerAndPrintsIdsOnly()
    {
        await using var bench = await CliBench.StartAsync();
        var code = await bench.RunAsync("task", "open", "--purpose", "reconcile-invoices", "--max-duration", "1h", "--heartbeat", "20s");
        var token = (await File.ReadAllTextAsync(bench.PathOf("task.token"))).Trim();
        var request = bench.Broker.Requests<OpenTaskRequest>().Single();
        Assert.Multiple(() =>
        {
            Assert.That(code, Is.Zero);
            Assert.That(token, Does.StartWith("cbt_"));
            Assert.That(bench.Out, Does.Contain("tsk_").And.Contain("spiffe://acme.test/agent/quickstart").And.Not.Contain("cbt_"));
            Assert.That(bench.Error, Is.Empty);
            Assert.That(request.MaxDuration.ToTimeSpan(), Is.EqualTo(TimeSpan.FromHours(1)));
            Assert.That(request.HeartbeatInterval.ToTimeSpan(), Is.EqualTo(TimeSpan.FromSeconds(20)));
            Assert.That(bench.Broker.Calls.Any(c => c.Method == "EndTask"), Is.False, "it stays open");
        });
        if (!OperatingSystem.IsWindows())
            Assert.That(File.GetUnixFileMode(bench.PathOf("task.token")), Is.EqualTo(UnixFileMode.UserRead | UnixFileMode.UserWrite));
    }

    [Test]
    public async Task TaskOpen_OverAFileThatAllMayRead_ClosesIt()
    {
        if (OperatingSystem.IsWindows()) Assert.Ignore("Unix permissions.");
        await using var bench = await CliBench.StartAsync();
        await File.WriteAllTextAsync(bench.PathOf("task.token"), "old");
        await bench.RunAsync("task", "open", "--purpose", "p");
        if (!OperatingSystem.IsWindows())
            Assert.That(File.GetUnixFileMode(bench.PathOf("task.token")), Is.EqualTo(UnixFileMode.UserRead | UnixFileMode.UserWrite));
    }

    [Test]
    public async Task TaskOpen_AsJson_HasStableMembers()
    {
        await using var bench = await CliBench.StartAsync();
        await bench.RunAsync("task", "open", "--purpose", "p", "--output", "json");
        Assert.That(
            bench.Json.EnumerateObject().Select(m => m.Name),
            Is.EqualTo(["task_id", "purpose", "subject", "tenant", "deadline", "heartbeat_seconds", "token_file", "task_token"]));
        Assert.That(bench.Json.GetProperty("task_token").ValueKind, Is.EqualTo(System.Text.Json.JsonValueKind.Null));
    }

    [Test]
    public async Task TaskOpen_ShowToken_PrintsIt()
    {
        await using var bench = await CliBench.StartAsync();
        bench.Variables.Remove("CREDBROKER_TASK_TOKEN_FILE");
        var code = await bench.RunAsync("task", "open", "--purpose", "p", "--show-token", "--output", "json");
        Assert.That(code, Is.Zero);
        Assert.That(bench.Json.GetProperty("task_token").GetString(), Does.StartWith("cbt_"));
    }

    [Test]
    public async Task TaskOpen_NowhereToKeepTheToken_OpensNothing()
    {
        await using var bench = await CliBench.StartAsync();
        bench.Variables.Remove("CREDBROKER_TASK_TOKEN_FILE");
        var code = await bench.RunAsync("task", "open", "--purpose", "p");
        Assert.That(code, Is.EqualTo(2));
        Assert.That(bench.Error, Does.StartWith("usage: ").And.Contain("CREDBROKER_TASK_TOKEN_FILE"));
        Assert.That(bench.Broker.Calls, Is.Empty);
    }

    [Test]
    public async Task TaskOpen_TokenFileCannotBeWritten_EndsTheTask()
    {
        await using var bench = await CliBench.StartAsync();
        bench.Variables["CREDBROKER_TASK_TOKEN_FILE"] = bench.PathOf("no/such/folder/token");
        var code = await bench.RunAsync("task", "open", "--purpose", "p");
        Assert.That(code, Is.EqualTo(2));
        Assert.That(bench.Broker.Requests<EndTaskRequest>().Single().Outcome, Does.StartWith("failed: "));
    }

    [Test]
    public async Task TaskHeartbeat_OfAnOpenTask_SendsOne()
    {
        await using var bench = await CliBench.StartAsync();
        await bench.RunAsync("task", "open", "--purpose", "p");
        var code = await bench.RunAsync("task", "heartbeat");
        Assert.That(code, Is.Zero);
        Assert.That(bench.Broker.Requests<HeartbeatRequest>(), Has.Count.EqualTo(1));
    }

    [Test]
    public async Task TaskEnd_Always_PrintsTheReceipt()
    {
        await using var bench = await CliBench.StartAsync();
        await bench.RunAsync("task", "open", "--purpose", "p");
        await bench.RunAsync("issue", "--template", "orders-api");
        var code = await bench.RunAsync("task", "end", "--outcome", "succeeded", "--wait", "5s", "-o", "json");
        Assert.Multiple(() =>
        {
            Assert.That(code, Is.Zero);
            Assert.That(bench.Json.GetProperty("total").GetInt64(), Is.EqualTo(1));
            Assert.That(bench.Json.GetProperty("leases")[0].GetProperty("state").GetString(), Is.EqualTo("REVOKED"));
            Assert.That(bench.Broker.Requests<EndTaskRequest>().Single().Outcome, Is.EqualTo("succeeded"));
        });
        Assert.That(await bench.RunAsync("task", "end"), Is.Zero, "ending again prints the receipt again");
        Assert.That(bench.Out, Does.Match(@"confirmed dead:\s+1"));
    }

    [Test]
    public async Task TaskOpen_Refused_SaysSoInOneLine()
    {
        await using var bench = await CliBench.StartAsync();
        bench.Broker.FailNext("OpenTask", Refusal.Of(StatusCode.PermissionDenied, "POLICY_DENIED", "Not for you."));
        var code = await bench.RunAsync("task", "open", "--purpose", "p");
        Assert.That(code, Is.EqualTo(1));
        Assert.That(bench.Error, Is.EqualTo($"refused: POLICY_DENIED: Not for you.{Environment.NewLine}"));
        Assert.That(bench.Out, Is.Empty);
        Assert.That(File.Exists(bench.PathOf("task.token")), Is.False);
    }
}
