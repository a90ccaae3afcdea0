using BenchmarkDotNet.Running;

namespace CredBroker.Benchmarks.Micro;

/// <summary>BenchmarkDotNet over the inner pieces.</summary>
internal static class MicroBenchmarks
{
    public const string Verb = "micro";

    public static int Run(string[] arguments)
    {
        BenchmarkSwitcher.FromAssembly(typeof(MicroBenchmarks).Assembly).Run(arguments.Length == 0 ? ["--filter", "*"] : arguments);
        return 0;
    }
}
