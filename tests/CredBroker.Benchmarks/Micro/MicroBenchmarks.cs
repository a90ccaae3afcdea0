using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Diagnosers;
using BenchmarkDotNet.Jobs;
using BenchmarkDotNet.Running;
using BenchmarkDotNet.Toolchains.InProcess.Emit;
using CredBroker.Benchmarks.Processes;

namespace CredBroker.Benchmarks.Micro;

/// <summary>BenchmarkDotNet over the inner pieces, in this process: what they take and what they allocate.</summary>
internal static class MicroBenchmarks
{
    public const string Verb = "micro";

    /// <returns>0, or 1 where nothing could be measured.</returns>
    public static int Run(string[] arguments)
    {
        using var reports = new ScratchFolder();
        var config = DefaultConfig.Instance
            .AddJob(Job.ShortRun.WithToolchain(InProcessEmitToolchain.Instance))
            .AddDiagnoser(MemoryDiagnoser.Default)
            .WithArtifactsPath(reports.Path);
        var summaries = BenchmarkSwitcher.FromAssembly(typeof(MicroBenchmarks).Assembly)
            .Run(arguments.Length == 0 ? ["--filter", "*"] : arguments, config);
        return summaries.Any(summary => !summary.HasCriticalValidationErrors && summary.Reports.Any(report => report.Success)) ? 0 : 1;
    }
}
