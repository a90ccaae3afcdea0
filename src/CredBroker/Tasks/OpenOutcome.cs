namespace CredBroker.Tasks;

/// <summary>What came of opening a task.</summary>
public abstract record OpenOutcome
{
    private OpenOutcome() { }

    /// <summary>It is open; <paramref name="Task"/> has the store's instants. With a task_ref it may be the one that was there.</summary>
    public sealed record Opened(AgentTask Task) : OpenOutcome;

    /// <summary>The task_ref belongs to another request or to a task that is over.</summary>
    public sealed record Exists(TaskId TaskId) : OpenOutcome;

    /// <summary>The parent is not open.</summary>
    public sealed record ParentEnded : OpenOutcome;

    /// <summary>The store's clock and the broker's are too far apart.</summary>
    public sealed record ClockFault : OpenOutcome;
}
