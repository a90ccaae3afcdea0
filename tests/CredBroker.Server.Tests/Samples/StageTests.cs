using System.Diagnostics;
using System.Text.RegularExpressions;
using CredBroker.Testing;
using CredBroker.Testing.Broker;

namespace CredBroker.Server.Tests.Samples;

/// <summary>The samples that are one command each, as a newcomer runs them: with real processes, and nothing of them left.</summary>
[TestFixture, Category("Server"), Parallelizable(ParallelScope.Self)]
internal sealed partial class StageTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(5);

    [TestCase("demo.sh", "the same token was answered 401 (revoked)")]
    [TestCase("agent-in-shell/run.sh", "orders API answered 200")]
    [TestCase("agent-in-typescript/run.sh", "the same token was answered 401 (revoked)")]
    [TestCase("incident-drill/run.sh", "The agent asks for another credential: refused: FENCED")]
    public async Task Sample_Run_EndsWellAndShowsNoToken(string script, string told)
    {
        var scratch = Directory.CreateTempSubdirectory("credbroker-sample-");
        try
        {
            var (code, output) = await RunAsync(script, scratch.FullName);

            Assert.That(code, Is.Zero, output);
            Assert.That(output, Does.Contain(told));
            Assert.That(output.TrimEnd().Split('\n')[^1], Does.EndWith(": ok"));
            Assert.That(Secret().IsMatch(output), Is.False, "it shows a token");
            Assert.That(scratch.EnumerateFileSystemInfos(), Is.Empty, "it leaves something behind");
        }
        finally
        {
            scratch.Delete(recursive: true);
        }
    }

    [GeneratedRegex("eyJ[A-Za-z0-9_-]{10}|cbt_[A-Za-z0-9]")]
    private static partial Regex Secret();

    private static async Task<(int Code, string Output)> RunAsync(string script, string scratch)
    {
        var start = new ProcessStartInfo("bash", [Path.Combine(Repository.Root, "samples", script)])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            Environment = { ["CREDBROKER_BUILT"] = "1", ["TMPDIR"] = scratch },
        };
        // Compiling Cedar takes longer than the rest of a sample; that it works without what others have compiled, one shows for all.
        if (script != "demo.sh") start.Environment["Policies__CachePath"] = BrokerPolicies.CacheFolder;
        using var process = Process.Start(start)!;
        using var limit = new CancellationTokenSource(Patience, TimeProvider.System);
        var error = process.StandardError.ReadToEndAsync(limit.Token);
        try
        {
            var output = await process.StandardOutput.ReadToEndAsync(limit.Token);
            await process.WaitForExitAsync(limit.Token);
            return (process.ExitCode, await error + output);
        }
        catch (OperationCanceledException)
        {
            UnixSignal.Send(process, UnixSignal.Terminate);
            throw;
        }
    }
}
