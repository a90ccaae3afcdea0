namespace CredBroker.Leases;

/// <summary>What has come to its time: leases and tasks whose expiry, deadline or heartbeat has passed.</summary>
public interface IDueIndex
{
    /// <summary>What is due in every bucket now, at most <paramref name="perBucket"/> of each. A candidate may turn out not to be due: transitions check again.</summary>
    Task<IReadOnlyList<DueBatch>> ReadDueAsync(int perBucket, CancellationToken cancellationToken);
}
