namespace CredBroker.Policy;

/// <summary>How many live leases the workload of a request held at that moment, over all its tasks.</summary>
/// <param name="All">Of all templates; null = nobody looked.</param>
/// <param name="OfTemplate">Of the template that is asked for; null = nobody looked.</param>
public sealed record WorkloadCounts(long? All, long? OfTemplate)
{
    /// <summary>Nobody looked.</summary>
    public static WorkloadCounts None { get; } = new(null, null);

    /// <summary>Whether all is known that another look has told.</summary>
    public bool Covers(WorkloadCounts other) => (All is not null || other.All is null) && (OfTemplate is not null || other.OfTemplate is null);
}
