namespace CredBroker.Tasks;

/// <summary>Which tasks: everything that is set must match.</summary>
public sealed record TaskFilter
{
    /// <summary>Tenant.</summary>
    public string? Tenant { get; init; }

    /// <summary>Attested subject.</summary>
    public string? Workload { get; init; }

    /// <summary>State.</summary>
    public TaskState? State { get; init; }

    /// <summary>Whether a task matches.</summary>
    public bool Matches(AgentTask task) =>
        (Tenant is null || Tenant == task.Tenant) && (Workload is null || Workload == task.Subject) && (State is null || State == task.State);
}
