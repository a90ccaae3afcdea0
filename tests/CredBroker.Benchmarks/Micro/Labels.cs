using BenchmarkDotNet.Attributes;
using CredBroker.Issuance;

namespace CredBroker.Benchmarks.Micro;

/// <summary>The labels of a token.</summary>
public class Labels
{
    [Benchmark]
    public object OfLease() => LeaseLabels.Of(Sample.Task, Sample.Template, Sample.Template.Version);
}
