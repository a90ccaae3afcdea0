namespace CredBroker.Revocation;

/// <summary>The store's log of revocations, for feeds.</summary>
public interface IRevocationLog
{
    /// <summary>
    /// What has been revoked since a position. Without a position, or where it can no longer be resumed (another epoch, or
    /// trimmed), the whole snapshot of what is revoked and not yet expired.
    /// </summary>
    Task<FeedSlice> ReadAsync(FeedCursor? since, CancellationToken cancellationToken);

    /// <summary>Completes when something may have been revoked, or after <paramref name="atMost"/>.</summary>
    Task WaitAsync(TimeSpan atMost, CancellationToken cancellationToken);
}
