using System.Net;
using CredBroker.Policy;
using CredBroker.Tasks;

namespace CredBroker.Tests.Issuance;

/// <summary>Permits each capability of a template to a subject, or not, by chance and for good; with a longest life each, or none.</summary>
internal sealed class ArbitraryPolicy(Random random) : IPolicyEvaluator
{
    private readonly TemplateBoundsEvaluator _bounds = new();
    private readonly Dictionary<(string Subject, string Template, Capabilities One), (bool Permits, TimeSpan? MaxTtl)> _rules = [];

    public async ValueTask<PolicyDecision> EvaluateAsync(PolicyRequest request, CancellationToken cancellationToken)
    {
        var within = await _bounds.EvaluateAsync(request, cancellationToken);
        if (!within.Allowed) return within;
        var rules = One(request.Requested).Select(one => RuleOf(request.Task.Subject, request.Template.Name, one)).ToList();
        return rules.TrueForAll(rule => rule.Permits)
            ? PolicyDecision.Allow("v", ["p"], rules.Min(rule => rule.MaxTtl))
            : PolicyDecision.Deny(ErrorReason.PolicyDenied, "No.", "v", []);
    }

    public ValueTask<PolicyDecision> EvaluateOpeningAsync(AgentTask task, IPAddress? source, CancellationToken cancellationToken) =>
        ValueTask.FromResult(PolicyDecision.Allow("v", []));

    /// <summary>What the policy says of one capability.</summary>
    public (bool Permits, TimeSpan? MaxTtl) RuleOf(string subject, string template, Capabilities one)
    {
        var key = (subject, template, one);
        if (!_rules.TryGetValue(key, out var rule))
            _rules[key] = rule = (random.Next(5) > 0, random.Next(3) == 0 ? TimeSpan.FromSeconds(random.Next(10, 900)) : null);
        return rule;
    }

    public static IEnumerable<Capabilities> One(Capabilities all) =>
        new[] { Capabilities.Read, Capabilities.Write, Capabilities.Delegate }.Where(one => all.HasFlag(one));
}
