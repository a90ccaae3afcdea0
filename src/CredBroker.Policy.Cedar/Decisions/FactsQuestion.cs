using CredBroker.Tasks;

namespace CredBroker.Policy.Cedar.Decisions;

/// <summary>Of whom it is to be known what is held.</summary>
/// <param name="Task">The task.</param>
/// <param name="Template">The template that is asked for; null = none is.</param>
/// <param name="Except">A lease that does not count.</param>
/// <param name="TakesOver">One whose place that has taken; it does not count either.</param>
/// <param name="IsOnlyLease">The workload's other leases do not count either.</param>
internal sealed record FactsQuestion(
    AgentTask Task, string? Template = null, LeaseId? Except = null, LeaseId? TakesOver = null, bool IsOnlyLease = false)
{
    /// <summary>The leases that do not count, by whomever they are counted.</summary>
    public IReadOnlyList<LeaseId> Uncounted => [.. new[] { Except, TakesOver }.OfType<LeaseId>()];
}
