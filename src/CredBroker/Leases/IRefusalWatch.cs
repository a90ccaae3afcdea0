namespace CredBroker.Leases;

/// <summary>Watches what tasks are refused, and puts those that are refused too often into quarantine. It costs nothing where nothing is refused.</summary>
public interface IRefusalWatch
{
    /// <summary>
    /// Takes note of a refusal, without counting one that comes of how much is live at the moment alone; returns the quarantine that the task, one above it, or its workload was in before, null = none. The quarantine
    /// that a refusal brings about stands when this returns, or is brought about by whoever comes next. It never fails: the refusal stands whether or not it could be counted.
    /// </summary>
    Task<Quarantine?> NoteAsync(RefusedTask task, ErrorReason reason, bool isOfBound);

    /// <summary>Refuses where a task, one above it, or its workload is in quarantine.</summary>
    /// <exception cref="RefusedException"><see cref="ErrorReason.Quarantined"/> or <see cref="ErrorReason.StoreUnavailable"/>.</exception>
    Task RequireFreeAsync(RefusedTask task, CancellationToken cancellationToken);
}
