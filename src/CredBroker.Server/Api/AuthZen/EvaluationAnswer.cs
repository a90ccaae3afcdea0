using CredBroker.Policy;

namespace CredBroker.Server.Api.AuthZen;

/// <summary>What came of one evaluation: a decision, or a refusal to decide, which permits nothing.</summary>
internal sealed record EvaluationAnswer
{
    private EvaluationAnswer()
    {
    }

    /// <summary>The decision; null where there is none.</summary>
    public PolicyDecision? Decision { get; private init; }

    /// <summary>Why there is none.</summary>
    public RefusedException? Refusal { get; private init; }

    /// <summary>Whether the call may be made.</summary>
    public bool IsPermitted => Decision is { Allowed: true };

    public static EvaluationAnswer Of(PolicyDecision decision) => new() { Decision = decision };

    public static EvaluationAnswer Of(RefusedException refusal) => new() { Refusal = refusal };
}
