using System.Net;
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
    /// <param name="task">The task that would be opened.</param>
    /// <param name="source">Where the request came from; null = not known.</param>
    /// <param name="cancellationToken">Gives up.</param>
    ValueTask<PolicyDecision> EvaluateOpeningAsync(AgentTask task, IPAddress? source, CancellationToken cancellationToken);
}
