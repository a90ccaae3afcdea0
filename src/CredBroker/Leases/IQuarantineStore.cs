namespace CredBroker.Leases;

/// <summary>
/// Refusals of tasks and the quarantines that come of them, shared by all brokers. Every call refuses with
/// <see cref="ErrorReason.StoreUnavailable"/> where the store does not answer.
/// </summary>
public interface IQuarantineStore
{
    /// <summary>
    /// Counts a refusal of an open task. Where <paramref name="most"/> of them lie within <paramref name="window"/>, the task is in the
    /// quarantine that is proposed from then on; of several brokers one gets to propose it.
    /// </summary>
    Task<RefusalCount> CountAsync(RefusedTask task, Quarantine proposed, int most, TimeSpan window, CancellationToken cancellationToken);

    /// <summary>
    /// Counts a refusal of whichever task of a workload, within <paramref name="window"/> that began with the first. Where there are
    /// <paramref name="most"/> and a quarantine is proposed, the workload is in it from then on; of several brokers one gets to propose it.
    /// </summary>
    Task<WorkloadRefusalCount> CountWorkloadAsync(
        string tenant, string workload, Quarantine? proposed, int most, TimeSpan window, CancellationToken cancellationToken);

    /// <summary>The quarantine that any of some tasks of one tree is in; null = none.</summary>
    /// <exception cref="RefusedException"><see cref="ErrorReason.Quarantined"/>: it is in one that this broker cannot read.</exception>
    Task<Quarantine?> FindAsync(IReadOnlyList<TaskId> tasks, CancellationToken cancellationToken);

    /// <summary>The quarantine that a workload is in as a whole; null = none.</summary>
    /// <exception cref="RefusedException"><see cref="ErrorReason.Quarantined"/>: it is in one that this broker cannot read.</exception>
    Task<Quarantine?> FindOfWorkloadAsync(string tenant, string workload, CancellationToken cancellationToken);

    /// <summary>All quarantines that can be read, the oldest first.</summary>
    Task<IReadOnlyList<Quarantine>> ListAsync(CancellationToken cancellationToken);

    /// <summary>Records how far a quarantine has come; false where it is not as it was read any more.</summary>
    Task<bool> ChangeAsync(Quarantine quarantine, Quarantine next, CancellationToken cancellationToken);

    /// <summary>Takes a quarantine away and begins to count anew; false where it is not as it was read any more.</summary>
    Task<bool> RemoveAsync(Quarantine quarantine, CancellationToken cancellationToken);
}
