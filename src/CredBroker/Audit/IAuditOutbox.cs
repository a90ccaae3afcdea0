namespace CredBroker.Audit;

/// <summary>
/// Transitions that did not wait for the audit trail. The store notes each one in the same script; whoever makes the
/// transition writes the line and settles the note, and a worker does so for a broker that died in between.
/// </summary>
public interface IAuditOutbox
{
    /// <summary>Notes that are older than <paramref name="age"/>, at most <paramref name="perBucket"/> of each bucket.</summary>
    Task<IReadOnlyList<OwedAudit>> ReadOwedAsync(TimeSpan age, int perBucket, CancellationToken cancellationToken);

    /// <summary>Takes notes away whose lines are durable.</summary>
    Task SettleAsync(IReadOnlyList<OwedAudit> owed, CancellationToken cancellationToken);
}
