namespace CredBroker.Approvals;

/// <summary>Finds requests for approval. Every call refuses with <see cref="ErrorReason.StoreUnavailable"/> where the store does not answer.</summary>
public interface IApprovalIndex
{
    /// <summary>Places of the requests of one bucket, newest first, after a place.</summary>
    Task<BucketPage<ApprovalPosition>> ListAsync(int bucket, ApprovalPosition? after, int take, CancellationToken cancellationToken);

    /// <summary>Requests by their ids, in the order of the ids; those that are unknown, forgotten or unreadable are left out.</summary>
    Task<IReadOnlyList<ApprovalRequest>> ReadAsync(IReadOnlyList<ApprovalId> ids, CancellationToken cancellationToken);

    /// <summary>Requests of all buckets that were made or have changed since an instant of the store's clock; null = all that are remembered.</summary>
    Task<ChangedApprovals> ReadChangedAsync(DateTimeOffset? since, CancellationToken cancellationToken);

    /// <summary>Requests that should lapse or be forgotten by now, at most so many of each bucket.</summary>
    Task<IReadOnlyList<ApprovalId>> ReadDueAsync(int perBucket, CancellationToken cancellationToken);
}
