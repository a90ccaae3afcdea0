using CredBroker.Leases;

namespace CredBroker.Policy.Cedar.Decisions;

/// <summary>What is known beside a request itself.</summary>
/// <param name="Held">What the task's tree holds, where a policy looks at it.</param>
/// <param name="Now">The time.</param>
internal sealed record RequestFacts(IReadOnlyList<Lease> Held, DateTimeOffset Now)
{
    /// <summary>How many leases the workload has, where a policy looks at it.</summary>
    public WorkloadCounts Counted { get; init; } = WorkloadCounts.None;

    /// <summary>The groups whose approval is taken for given; none = nobody has approved.</summary>
    public IReadOnlyList<string> Approved { get; init; } = [];
}
