using System.Diagnostics;
using System.Text.RegularExpressions;
using CredBroker.Server.Tests.Hosting;
using CredBroker.Testing;

namespace CredBroker.Server.Tests.Documents;

/// <summary>
/// What the README tells a newcomer to type, typed: the programs are started as they were built and in the folder that <c>dotnet run</c> gives
/// them, and the broker listens on free ports.
/// </summary>
[TestFixture, Category("Server"), Parallelizable(ParallelScope.Self)]
internal sealed partial class ReadmeTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    [Test]
    public async Task RunTheBroker_AsWritten_IssuesAndEnds()
    {
        using var home = new ScratchFolder();
        var block = File.ReadAllText(Path.Combine(Repository.Root, "README.md")).Split("## Run the broker")[1].Split("```sh\n")[1].Split("```")[0];

        var (code, output) = await RunAsync(home, block);

        Assert.That(code, Is.Zero, output);
        Assert.That(output, Does.Match(@"ready:\s+yes"));
        Assert.That(output, Does.Match(@"purpose:\s+try-it"));
        Assert.That(output, Does.Match(@"confirmed dead:\s+1"));
        Assert.That(output, Does.Match(@"pending:\s+0"));
    }

    /// <summary>The server is a program of its own terminal; once it listens the other commands go on.</summary>
    private static async Task<(int Code, string Output)> RunAsync(ScratchFolder home, string block)
    {
        var script = DotnetRun().Replace(block, run => $"dotnet {ProgramOf(run.Groups[1].Value)} ");
        script = ServerCommand().Replace(script, """
            (cd src/CredBroker.Server && exec $0 --Data:Path=$HOME/data --Listen:Grpc=http://127.0.0.1:0 --Listen:Http=http://127.0.0.1:0) >$HOME/broker.log 2>&1 &
            broker=$!
            trap 'kill $broker; wait $broker || true' EXIT
            for _ in $(seq 600); do [[ ! -s $HOME/data/run/endpoints.json ]] || break; kill -0 $broker || { cat $HOME/broker.log; exit 1; }; sleep 0.1; done
            grpc=$(sed -n 's/.*"grpc":"\([^"]*\)".*/\1/p' $HOME/data/run/endpoints.json)
            """);
        script = script.Replace("http://127.0.0.1:7070", "$grpc", StringComparison.Ordinal);
        var start = new ProcessStartInfo("bash", ["-euo", "pipefail", "-c", script])
        {
            WorkingDirectory = Repository.Root,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            Environment = { ["HOME"] = home.Path, ["ASPNETCORE_ENVIRONMENT"] = "Development" },
        };
        using var process = Process.Start(start)!;
        using var limit = new CancellationTokenSource(Patience, TimeProvider.System);
        try
        {
            var error = process.StandardError.ReadToEndAsync(limit.Token);
            var output = await process.StandardOutput.ReadToEndAsync(limit.Token);
            await process.WaitForExitAsync(limit.Token);
            return (process.ExitCode, output + await error);
        }
        finally
        {
            if (!process.HasExited) UnixSignal.Send(process, UnixSignal.Terminate);
        }
    }

    private static string ProgramOf(string project) =>
        Path.Combine(Repository.Root, project, "bin", "Debug", "net10.0", $"{Path.GetFileName(project)}.dll");

    [GeneratedRegex(@"dotnet run --project (\S+) -- ?")]
    private static partial Regex DotnetRun();

    [GeneratedRegex(@"dotnet \S+/CredBroker\.Server\.dll (?:.*\\\n)*.*")]
    private static partial Regex ServerCommand();
}
