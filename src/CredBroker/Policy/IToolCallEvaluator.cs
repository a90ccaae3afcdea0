namespace CredBroker.Policy;

/// <summary>Decides about calls of tools. A denial is a decision and not an exception; an evaluator that cannot decide denies.</summary>
public interface IToolCallEvaluator
{
    /// <summary>Decides whether a task may make a call.</summary>
    /// <exception cref="RefusedException"><see cref="ErrorReason.StoreUnavailable"/>, where a policy looks at what only the store knows.</exception>
    ValueTask<PolicyDecision> EvaluateToolCallAsync(ToolCall call, CancellationToken cancellationToken);
}
