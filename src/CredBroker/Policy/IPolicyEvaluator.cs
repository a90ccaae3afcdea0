namespace CredBroker.Policy;

/// <summary>
/// Decides. A denial is a decision and not an exception; an evaluator that cannot decide denies.
/// </summary>
public interface IPolicyEvaluator
{
    /// <summary>Decides one request.</summary>
    ValueTask<PolicyDecision> EvaluateAsync(PolicyRequest request, CancellationToken cancellationToken);
}
