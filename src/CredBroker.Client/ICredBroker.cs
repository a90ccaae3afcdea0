namespace CredBroker.Client;

/// <summary>The broker, as an agent sees it. One instance serves the whole process; every member may be called from many threads.</summary>
public interface ICredBroker
{
    /// <summary>
    /// Proves what this process is and opens a task. Everything issued for the task dies when it ends: when the task is disposed,
    /// when the process exits, or when its heartbeats stop.
    /// </summary>
    /// <exception cref="BrokerRefusedException">The broker said no; <see cref="BrokerRefusedException.Reason"/> says why.</exception>
    /// <exception cref="BrokerUnavailableException">The broker did not answer in time.</exception>
    /// <exception cref="EvidenceUnavailableException">The proof of what this process is cannot be read.</exception>
    Task<BrokerTask> OpenTaskAsync(TaskRequest request, CancellationToken cancellationToken = default);

    /// <summary>
    /// Works in a task that somebody else opened, keeps alive and ends: disposing the result leaves the task open, and no heartbeats are
    /// sent for it.
    /// </summary>
    /// <param name="taskToken">The task token, from <see cref="BrokerTask.Detach"/>.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="BrokerRefusedException">The token is not good (<c>TASK_TOKEN_INVALID</c>).</exception>
    /// <exception cref="BrokerUnavailableException">The broker did not answer in time.</exception>
    Task<BrokerTask> JoinTaskAsync(string taskToken, CancellationToken cancellationToken = default);

    /// <summary>How the broker is doing. Needs no proof and no task.</summary>
    /// <exception cref="BrokerUnavailableException">The broker did not answer in time.</exception>
    Task<BrokerStatus> GetStatusAsync(CancellationToken cancellationToken = default);
}
