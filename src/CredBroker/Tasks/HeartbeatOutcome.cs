namespace CredBroker.Tasks;

/// <summary>What came of a heartbeat.</summary>
public abstract record HeartbeatOutcome
{
    private HeartbeatOutcome() { }

    /// <summary>The new deadlines.</summary>
    public sealed record Extended(DateTimeOffset HeartbeatDeadline, DateTimeOffset AttestedUntil) : HeartbeatOutcome;

    /// <summary>The task is over.</summary>
    public sealed record Over : HeartbeatOutcome;

    /// <summary>No such task, or the token is not its.</summary>
    public sealed record NotTheTasks : HeartbeatOutcome;
}
