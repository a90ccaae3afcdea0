using System.Diagnostics;
using System.Runtime.InteropServices;
using CredBroker.Protocol.V1;
using CredBroker.Testing.Broker;

namespace CredBroker.Tests.Cli;

/// <summary>The command as a process of its own, because signals go to processes.</summary>
[TestFixture, Category("Unit"), Platform(Exclude = "Win")]
public sealed class ExecSignalTests
{
    private const int Interrupt = 2;
    private const int Terminate = 15;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    [TestCase(Terminate, "TERM")]
    [TestCase(Interrupt, "INT")]
    public async Task Exec_Signalled_PassesItOnAndEndsTheTask(int signal, string name)
    {
        await using var bench = await CliBench.StartAsync();
        using var process = Start(bench, $"trap 'printf {name} > \"$0\"; exit 9' {name}; : > \"$1\"; while :; do sleep 0.05; done");
        await Until.TrueAsync(() => File.Exists(bench.PathOf("ready")));
        Assert.That(Kill(process.Id, signal), Is.Zero);
        await EndAsync(process);
        Assert.Multiple(() =>
        {
            Assert.That(process.ExitCode, Is.EqualTo(9));
            Assert.That(File.ReadAllText(bench.PathOf("seen")), Is.EqualTo(name));
            Assert.That(bench.Broker.Requests<EndTaskRequest>().Single().Outcome, Is.EqualTo("failed: exit code 9"));
        });
    }

    [Test]
    public async Task Exec_CommandDiesOfTheSignal_GivesTheShellsCodeAndEndsTheTask()
    {
        await using var bench = await CliBench.StartAsync();
        using var process = Start(bench, ": > \"$1\"; exec sleep 30");
        await Until.TrueAsync(() => File.Exists(bench.PathOf("ready")));
        _ = Kill(process.Id, Terminate);
        await EndAsync(process);
        Assert.That(process.ExitCode, Is.EqualTo(128 + Terminate));
        Assert.That(bench.Broker.Requests<EndTaskRequest>(), Has.Count.EqualTo(1));
    }

    [Test]
    public async Task Exec_SignalledBeforeTheCommandRuns_EndsTheTaskAndRunsNothing()
    {
        await using var bench = await CliBench.StartAsync();
        var never = new TaskCompletionSource<IssueResponse>();
        bench.Broker.Script<IssueRequest, IssueResponse>(_ => never.Task);
        using var process = Start(bench, ": > \"$1\"");
        await Until.TrueAsync(() => bench.Broker.Requests<IssueRequest>().Count == 1);
        _ = Kill(process.Id, Terminate);
        await EndAsync(process);
        never.SetResult(new IssueResponse());
        Assert.That(process.ExitCode, Is.EqualTo(128 + Terminate));
        Assert.That(File.Exists(bench.PathOf("ready")), Is.False);
        Assert.That(bench.Broker.Requests<EndTaskRequest>().Single().Outcome, Is.EqualTo("failed: the command was not run"));
    }

    [Test]
    public async Task Exec_WhileTheCommandRuns_SendsHeartbeats()
    {
        await using var bench = await CliBench.StartAsync();
        bench.Broker.Ledger.HeartbeatInterval = TimeSpan.FromSeconds(1.5);
        using var process = Start(bench, ": > \"$1\"; exec sleep 30");
        await Until.TrueAsync(() => bench.Broker.Requests<HeartbeatRequest>().Count >= 2);
        _ = Kill(process.Id, Terminate);
        await EndAsync(process);
        Assert.That(bench.Broker.Requests<EndTaskRequest>(), Has.Count.EqualTo(1));
    }

    /// <summary>With the signals as a terminal leaves them: what starts the tests may ignore some, and its children would too.</summary>
    private static Process Start(CliBench bench, string script)
    {
        var dotnet = Environment.ProcessPath is { } path && Path.GetFileNameWithoutExtension(path) == "dotnet" ? path : "dotnet";
        string[] command =
        [
            dotnet, Path.Combine(AppContext.BaseDirectory, "CredBroker.Cli.dll"), "exec", "--template", "orders-api", "--",
            "sh", "-c", script, bench.PathOf("seen"), bench.PathOf("ready"),
        ];
        var start = new ProcessStartInfo("env", OperatingSystem.IsLinux() ? ["--default-signal", .. command] : command);
        foreach (var (name, value) in bench.Variables) start.Environment[name] = value;
        return Process.Start(start)!;
    }

    private static async Task EndAsync(Process process)
    {
        try
        {
            await process.WaitForExitAsync().WaitAsync(Patience);
        }
        catch (TimeoutException)
        {
            process.Kill(entireProcessTree: true);
            throw;
        }
    }

    [DllImport("libc", EntryPoint = "kill")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Kill(int processId, int signal);
}
