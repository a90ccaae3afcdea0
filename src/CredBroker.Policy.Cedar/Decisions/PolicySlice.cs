using CredBroker.Policy.Cedar.Documents;

namespace CredBroker.Policy.Cedar.Decisions;

/// <summary>The policies that may match one kind of request. Which ones they are never changes.</summary>
/// <param name="policies">The policies, in the order of the set.</param>
internal sealed class PolicySlice(IReadOnlyList<CedarPolicy> policies)
{
    public IReadOnlyList<CedarPolicy> Policies { get; } = policies;

    /// <summary>What any of them looks at.</summary>
    public PolicyUses Uses { get; } = policies.Aggregate(PolicyUses.Nothing, (uses, policy) => uses.And(policy.Uses));
}
