using CredBroker.Tasks;

namespace CredBroker.Policy;

/// <summary>
/// Decides. A denial is a decision and not an exception; an evaluator that cannot decide denies.
/// </summary>
public interface IPolicyEvaluator
{
    /// <summary>Decides whether a task may have what it asks for.</summary>
    /// <exception cref="RefusedException"><see cref="ErrorReason.StoreUnavailable"/>, where a policy looks at what only the store knows.</exception>
    ValueTask<PolicyDecision> EvaluateAsync(PolicyRequest request, CancellationToken cancellationToken);

    /// <summary>Decides whether a task may be opened.</summary>
    ValueTask<PolicyDecision> EvaluateOpeningAsync(AgentTask task, CancellationToken cancellationToken);
}
