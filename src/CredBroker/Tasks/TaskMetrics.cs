using System.Diagnostics.Metrics;

namespace CredBroker.Tasks;

/// <summary>Counts tasks that come into being.</summary>
public sealed class TaskMetrics
{
    private readonly Counter<long> _opened;

    /// <summary>Makes the instrument.</summary>
    public TaskMetrics(IMeterFactory meters)
    {
        ArgumentNullException.ThrowIfNull(meters);
        _opened = meters.Create(BrokerTelemetry.Name).CreateCounter<long>("credbroker.tasks.opened", "{task}", "Tasks opened, by the kind of workload.");
    }

    /// <summary>A task was opened.</summary>
    public void Opened(AgentTask task)
    {
        ArgumentNullException.ThrowIfNull(task);
        _opened.Add(1, new KeyValuePair<string, object?>("kind", ReasonName.Of(task.Kind)));
    }
}
