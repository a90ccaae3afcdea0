namespace CredBroker.Tasks;

/// <summary>Durable tasks. Each call is atomic; every one refuses with <see cref="ErrorReason.StoreUnavailable"/> where the store does not answer.</summary>
public interface ITaskStore
{
    /// <summary>Records a new task. The store's clock sets its instants.</summary>
    Task<OpenOutcome> OpenAsync(AgentTask task, string requestDigest, CancellationToken cancellationToken);

    /// <summary>The task, or null where it is unknown or forgotten.</summary>
    /// <exception cref="FormatException">Its record cannot be read.</exception>
    Task<AgentTask?> FindAsync(TaskId id, CancellationToken cancellationToken);

    /// <summary>Moves the heartbeat deadline, and with <paramref name="reattested"/> also the attestation's end.</summary>
    Task<HeartbeatOutcome> HeartbeatAsync(TaskToken token, bool reattested, CancellationToken cancellationToken);

    /// <summary>Seals an open task: after this nothing is issued under it. Sealing again changes nothing.</summary>
    Task<SealOutcome> SealAsync(SealRequest request, CancellationToken cancellationToken);

    /// <summary>Marks a sealed task as ended and lets its record fade after <paramref name="remember"/>.</summary>
    Task FinishAsync(AgentTask task, TimeSpan remember, CancellationToken cancellationToken);

    /// <summary>Tasks directly below.</summary>
    Task<IReadOnlyList<TaskId>> ListChildrenAsync(TaskId id, CancellationToken cancellationToken);
}
