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

    /// <summary>Counts a refusal of whichever task of a workload; returns how many there were within a while that began with the first.</summary>
    Task<long> CountWorkloadAsync(string tenant, string workload, TimeSpan window, CancellationToken cancellationToken);

    /// <summary>The quarantine that any of some tasks of one tree is in; null = none.</summary>
    Task<Quarantine?> FindAsync(IReadOnlyList<TaskId> tasks, CancellationToken cancellationToken);

    /// <summary>All quarantines, the oldest first.</summary>
    Task<IReadOnlyList<Quarantine>> ListAsync(CancellationToken cancellationToken);

    /// <summary>Says that a quarantine's order is on record; false where it is not as it was read any more.</summary>
    Task<bool> SettleAsync(Quarantine quarantine, CancellationToken cancellationToken);

    /// <summary>Takes a quarantine away and begins to count anew; false where it is not as it was read any more.</summary>
    Task<bool> RemoveAsync(Quarantine quarantine, CancellationToken cancellationToken);
}
