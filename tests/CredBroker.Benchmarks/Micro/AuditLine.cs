using BenchmarkDotNet.Attributes;
using CredBroker.Audit;
using CredBroker.Server.Audit;

namespace CredBroker.Benchmarks.Micro;

/// <summary>The line of one issue.</summary>
public class AuditLine : IDisposable
{
    private readonly AuditLineWriter _writer = new();

    private readonly AuditEvent _event = new()
    {
        Type = AuditEventType.IssueAllowed,
        Time = Sample.Lease.IssuedAt,
        Actor = new AuditActor("agent", Sample.Task.Subject, Sample.Task.Tenant),
        TaskId = Sample.Task.Id.Value,
        LeaseId = Sample.Lease.Id.Value,
        Details = new Dictionary<string, string>
        {
            ["template"] = Sample.Template.Name,
            ["template_version"] = Sample.Template.Version,
            ["target"] = Sample.Template.Target,
            ["capabilities"] = "Read",
            ["ttl"] = "00:02:00",
            ["policy_version"] = Sample.Template.Version,
            ["policies"] = "template-bounds",
            ["justification"] = "",
        },
    };

    [Benchmark]
    public void Write()
    {
        _writer.Clear();
        _writer.Write(1, _event);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _writer.Dispose();
        GC.SuppressFinalize(this);
    }
}
