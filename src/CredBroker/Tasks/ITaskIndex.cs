namespace CredBroker.Tasks;

/// <summary>
/// Finds tasks that have not ended, bucket by bucket. Every call refuses with <see cref="ErrorReason.StoreUnavailable"/> where
/// the store does not answer.
/// </summary>
public interface ITaskIndex
{
    /// <summary>Places of the open and sealed tasks of one bucket, newest first, after a place.</summary>
    Task<BucketPage<TaskPosition>> ListAsync(int bucket, TaskPosition? after, int take, CancellationToken cancellationToken);

    /// <summary>Tasks by their ids, of any buckets, in the order of the ids; those that are unknown, forgotten or unreadable are left out.</summary>
    Task<IReadOnlyList<AgentTask>> ReadAsync(IReadOnlyList<TaskId> ids, CancellationToken cancellationToken);
}
