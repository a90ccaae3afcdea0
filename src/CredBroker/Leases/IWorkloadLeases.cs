namespace CredBroker.Leases;

/// <summary>
/// Counts the leases that a workload has over all its tasks. Every call refuses with <see cref="ErrorReason.StoreUnavailable"/> where the
/// store does not answer.
/// </summary>
public interface IWorkloadLeases
{
    /// <summary>How many leases of one template may be counted in one bucket.</summary>
    const int MaxPerBucket = 2_000;

    /// <summary>
    /// How many leases of a workload there are whose end is not confirmed. One that was recorded before the call and is live until it
    /// returns is counted, whatever comes and goes meanwhile.
    /// </summary>
    /// <param name="tenant">Its tenant.</param>
    /// <param name="workload">Its attested subject.</param>
    /// <param name="template">Those of this template alone; null = of all.</param>
    /// <param name="except">Leases that do not count.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>The count; null where there are more than <see cref="MaxPerBucket"/> of the template in one bucket, so that they cannot all be counted.</returns>
    Task<long?> CountAsync(string tenant, string workload, string? template, IReadOnlyCollection<LeaseId> except, CancellationToken cancellationToken);
}
