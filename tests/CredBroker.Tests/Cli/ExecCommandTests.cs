using CredBroker.Protocol.V1;
using CredBroker.Testing.Broker;
using Grpc.Core;

namespace CredBroker.Tests.Cli;

/// <summary>Real processes: <c>sh</c> runs what is written here. What it sees goes to files, so that no credential reaches the test's output.</summary>
[TestFixture, Category("Unit"), Platform(Exclude = "Win")]
public sealed class ExecCommandTests
{
    [Test]
    public async Task Exec_OfAToken_InjectsItWhileTheCommandRunsAndNotLonger()
    {
        await using var bench = await CliBench.StartAsync();
        var code = await bench.RunAsync(
            "exec", "--template", "orders-api", "--purpose", "copy", "--", "sh", "-c", "printf %s \"$CREDBROKER_TOKEN\" > \"$0\"", bench.PathOf("seen"));
        var seen = await File.ReadAllTextAsync(bench.PathOf("seen"));
        Assert.Multiple(() =>
        {
            Assert.That(code, Is.Zero);
            Assert.That(bench.Broker.Ledger.Values, Is.EqualTo(new List<string> { seen }));
            Assert.That(bench.Broker.Ledger.IsLive(seen), Is.False);
            Assert.That(bench.Broker.Requests<OpenTaskRequest>().Single().Purpose, Is.EqualTo("copy"));
            Assert.That(bench.Broker.Requests<EndTaskRequest>().Single().Outcome, Is.EqualTo("completed"));
            Assert.That(bench.Out + bench.Error, Is.Empty);
        });
    }

    [Test]
    public async Task Exec_OfASecret_NamesEachPart()
    {
        await using var bench = await CliBench.StartAsync();
        var code = await bench.RunAsync(
            "exec", "--template", "orders-db", "--env", "PGUSER=username", "--", "sh", "-c",
            "printf '%s %s %s' \"$PGUSER\" \"${CREDBROKER_SECRET_USERNAME:-none}\" \"$CREDBROKER_SECRET_PASSWORD\" > \"$0\"", bench.PathOf("seen"));
        Assert.That(code, Is.Zero);
        Assert.That(await File.ReadAllTextAsync(bench.PathOf("seen")), Is.EqualTo($"u-1 none {bench.Broker.Ledger.Values.Single()}"));
    }

    [Test]
    public async Task Exec_RenamedToken_IsThereUnderThatNameOnly()
    {
        await using var bench = await CliBench.StartAsync();
        await bench.RunAsync(
            "exec", "--template", "orders-api", "--env", "ORDERS_TOKEN=token", "--", "sh", "-c",
            "printf '%s %s' \"${CREDBROKER_TOKEN:-none}\" \"$ORDERS_TOKEN\" > \"$0\"", bench.PathOf("seen"));
        Assert.That(await File.ReadAllTextAsync(bench.PathOf("seen")), Is.EqualTo($"none {bench.Broker.Ledger.Values.Single()}"));
    }

    [Test]
    public async Task Exec_CommandFails_GivesItsCodeAndEndsTheTask()
    {
        await using var bench = await CliBench.StartAsync();
        Assert.That(await bench.RunAsync("exec", "--template", "orders-api", "--", "sh", "-c", "exit 42"), Is.EqualTo(42));
        Assert.That(bench.Broker.Requests<EndTaskRequest>().Single().Outcome, Is.EqualTo("failed: exit code 42"));
    }

    [Test]
    public async Task Exec_CommandKillsItself_GivesTheShellsCode()
    {
        await using var bench = await CliBench.StartAsync();
        Assert.That(await bench.RunAsync("exec", "--template", "orders-api", "--", "sh", "-c", "kill -KILL $$"), Is.EqualTo(128 + 9));
        Assert.That(bench.Broker.Requests<EndTaskRequest>(), Has.Count.EqualTo(1));
    }

    [Test]
    public async Task Exec_ArgumentsOfTheCommand_AreItsOwn()
    {
        await using var bench = await CliBench.StartAsync();
        await bench.RunAsync(
            "exec", "--template", "orders-api", "--", "sh", "-c", "printf '%s|' \"$@\" > \"$0\"",
            bench.PathOf("seen"), "--output", "json", "--template", "@file", "a b", "--", "");
        Assert.That(await File.ReadAllTextAsync(bench.PathOf("seen")), Is.EqualTo("--output|json|--template|@file|a b|--||"));
    }

    [Test]
    public async Task Exec_NoSuchCommand_Is127AndOpensNothing()
    {
        await using var bench = await CliBench.StartAsync();
        Assert.That(await bench.RunAsync("exec", "--template", "orders-api", "--", "no-such-command-here"), Is.EqualTo(127));
        Assert.That(bench.Error, Does.Contain("not found"));
        Assert.That(bench.Broker.Calls, Is.Empty);
    }

    [Test]
    public async Task Exec_FileThatCannotRun_Is126()
    {
        await using var bench = await CliBench.StartAsync();
        Assert.That(await bench.RunAsync("exec", "--template", "orders-api", "--", bench.PathOf("svid.jwt")), Is.EqualTo(126));
        await File.WriteAllTextAsync(bench.PathOf("not-a-program"), "neither a script nor a binary");
        if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(bench.PathOf("not-a-program"), UnixFileMode.UserRead | UnixFileMode.UserExecute);
        Assert.That(await bench.RunAsync("exec", "--template", "orders-api", "--", bench.PathOf("not-a-program")), Is.EqualTo(126));
        Assert.That(bench.Broker.Requests<EndTaskRequest>(), Has.Count.EqualTo(1));
    }

    [Test]
    public async Task Exec_IssueIsRefused_RunsNothingAndEndsTheTask()
    {
        await using var bench = await CliBench.StartAsync();
        bench.Broker.FailNext("Issue", Refusal.Of(StatusCode.PermissionDenied, "POLICY_DENIED", "No."));
        Assert.That(await bench.RunAsync("exec", "--template", "orders-api", "--", "touch", bench.PathOf("ran")), Is.EqualTo(1));
        Assert.Multiple(() =>
        {
            Assert.That(bench.Error, Is.EqualTo($"refused: POLICY_DENIED: No.{Environment.NewLine}"));
            Assert.That(File.Exists(bench.PathOf("ran")), Is.False);
            Assert.That(bench.Broker.Requests<EndTaskRequest>().Single().Outcome, Is.EqualTo("failed: the command was not run"));
        });
    }

    [Test]
    public async Task Exec_PartThatTheCredentialLacks_RunsNothingAndEndsTheTask()
    {
        await using var bench = await CliBench.StartAsync();
        Assert.That(
            await bench.RunAsync("exec", "--template", "orders-api", "--env", "X=password", "--", "touch", bench.PathOf("ran")), Is.EqualTo(2));
        Assert.That(bench.Error, Does.Contain("no part password").And.Contain("it has token"));
        Assert.That(File.Exists(bench.PathOf("ran")), Is.False);
        Assert.That(bench.Broker.Requests<EndTaskRequest>(), Has.Count.EqualTo(1));
    }

    [TestCase("PGUSER"), TestCase("=x"), TestCase("1X=x"), TestCase("A-B=x"), TestCase("A=")]
    public async Task Exec_MalformedEnv_IsUsage(string text)
    {
        await using var bench = await CliBench.StartAsync();
        Assert.That(await bench.RunAsync("exec", "--template", "orders-api", "--env", text, "--", "true"), Is.EqualTo(2));
        Assert.That(bench.Broker.Calls, Is.Empty);
    }

    [Test]
    public async Task Exec_TaskEndCannotBeTold_StillGivesTheCommandsCode()
    {
        await using var bench = await CliBench.StartAsync();
        bench.Broker.FailNext("EndTask", new RpcException(new Grpc.Core.Status(StatusCode.Internal, "")), 5);
        Assert.That(await bench.RunAsync("exec", "--template", "orders-api", "--", "sh", "-c", "exit 7"), Is.EqualTo(7));
        Assert.That(bench.Error, Does.Contain("could not be ended"));
    }
}
