using System.Collections.Frozen;
using CredBroker.Policy.Cedar.Documents;

namespace CredBroker.Policy.Cedar.Decisions;

/// <summary>
/// Finds the policies that may match a request by their heads. Cedar looks at every policy that it is given, so a decision
/// among a thousand policies for a thousand templates would cost a thousand times what one costs. Leaving out a policy whose
/// head does not match changes no answer: such a policy neither permits nor forbids, and its body is not evaluated.
/// </summary>
internal sealed class PolicySlices
{
    private const int MaxRemembered = 16_384;

    private readonly IReadOnlyList<CedarPolicy> _policies;
    private readonly FrozenSet<EntityKey> _named;
    private readonly Remembered<DecisionScope, PolicySlice> _slices;

    public PolicySlices(IReadOnlyList<CedarPolicy> policies)
    {
        _policies = policies;
        _named = policies.SelectMany(policy => new[] { policy.Scope.Principal, policy.Scope.Resource }).OfType<EntityKey>().ToFrozenSet();
        _slices = new Remembered<DecisionScope, PolicySlice>(MaxRemembered, Select);
    }

    /// <summary>The policies for one request: those whose head it matches, and perhaps some more.</summary>
    public PolicySlice Of(DecisionScope request) => _slices.Of(new DecisionScope(request.Action)
    {
        // Requests that no head tells apart have the same policies.
        Principal = Known(request.Principal),
        Tenant = Known(request.Tenant),
        Kind = Known(request.Kind),
        Resource = Known(request.Resource),
        Target = Known(request.Target),
        Sensitivity = Known(request.Sensitivity),
        Risk = Known(request.Risk),
    });

    private PolicySlice Select(DecisionScope request) => new([.. _policies.Where(policy =>
        (policy.Scope.Actions?.Contains(request.Action) ?? true)
        && (policy.Scope.Principal is not { } principal
            || principal == request.Principal || principal == request.Tenant || principal == request.Kind)
        && (policy.Scope.Resource is not { } resource
            || resource == request.Resource || resource == request.Target || resource == request.Sensitivity || resource == request.Risk))]);

    private EntityKey Known(EntityKey key) => _named.Contains(key) ? key : default;
}
