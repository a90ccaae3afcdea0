namespace CredBroker.Tasks;

/// <summary>Durable tasks. Each call is atomic; every one refuses with <see cref="ErrorReason.StoreUnavailable"/> where the store does not answer.</summary>
public interface ITaskStore
{
    /// <summary>Records a new task. The store's clock sets its instants.</summary>
    Task<OpenOutcome> OpenAsync(AgentTask task, string requestDigest, CancellationToken cancellationToken);

    /// <summary>The task, or null where it is unknown or forgotten.</summary>
    /// <exception cref="FormatException">Its record cannot be read.</exception>
    Task<AgentTask?> FindAsync(TaskId id, CancellationToken cancellationToken);

    /// <summary>Moves the heartbeat deadline, and where the workload has been attested again also the attestation's end.</summary>
    /// <param name="token">The token as the task has it.</param>
    /// <param name="reattested">The token with the key that it is bound to from now on; null where the workload has not been attested again.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    Task<HeartbeatOutcome> HeartbeatAsync(TaskToken token, TaskToken? reattested, CancellationToken cancellationToken);

    /// <summary>Seals an open task: after this nothing is issued under it. Sealing again changes nothing.</summary>
    Task<SealOutcome> SealAsync(SealRequest request, CancellationToken cancellationToken);

    /// <summary>Marks a sealed task as ended and lets its record fade after <paramref name="remember"/>.</summary>
    Task FinishAsync(AgentTask task, TimeSpan remember, CancellationToken cancellationToken);

    /// <summary>Tasks directly below.</summary>
    Task<IReadOnlyList<TaskId>> ListChildrenAsync(TaskId id, CancellationToken cancellationToken);
}
