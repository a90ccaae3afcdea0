using BenchmarkDotNet.Attributes;
using CredBroker.Server.Storage.Redis;

namespace CredBroker.Benchmarks.Micro;

/// <summary>A lease on its way into the store and out of it, and the keys that it is filed under.</summary>
public class LeaseRecord
{
    private readonly string _stored =
        $"a 1 0 1773480413589 1773480533589 1773481013589 t 0 0 0 - 0\n\n{LeaseCodec.WriteTerms(Sample.Terms)}";

    [Benchmark]
    public string Write() => LeaseCodec.WriteTerms(Sample.Terms);

    [Benchmark]
    public object Read() => LeaseCodec.Read(Sample.Lease.Id, _stored);

    [Benchmark]
    public int Keys()
    {
        var (keys, terms) = (BucketKeys.Of(7), Sample.Terms);
        object[] all = [keys.Task(terms.TaskId), keys.Lease(Sample.Lease.Id), keys.LeasesOf(terms.TaskId), keys.ByWorkload(terms.Tenant, terms.Workload), keys.ByTemplate(terms.Template)];
        return all.Length;
    }
}
