using System.Net;
using CredBroker.Tasks;

namespace CredBroker.Policy;

/// <summary>
/// Enforces what a template itself says: its tenants, subjects and capabilities. They are an upper bound that no other
/// policy can widen; a template that lists nobody is for nobody. Who may not use a template is not told what it offers.
/// </summary>
public sealed class TemplateBoundsEvaluator : IPolicyEvaluator
{
    /// <summary>The id under which its decisions are recorded; their policy version is the template's.</summary>
    public const string PolicyId = "template-bounds";

    private static readonly IReadOnlyList<string> PolicyIds = [PolicyId];

    /// <inheritdoc/>
    public ValueTask<PolicyDecision> EvaluateAsync(PolicyRequest request, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        cancellationToken.ThrowIfCancellationRequested();
        return ValueTask.FromResult(
            CheckTenant(request) ?? CheckSubject(request) ?? CheckCapabilities(request) ?? PolicyDecision.Allow(request.Template.Version, PolicyIds));
    }

    /// <inheritdoc/>
    public ValueTask<PolicyDecision> EvaluateOpeningAsync(AgentTask task, IPAddress? source, CancellationToken cancellationToken)
    {
        // A task by itself gives nothing, and templates say nothing about it.
        cancellationToken.ThrowIfCancellationRequested();
        return ValueTask.FromResult(PolicyDecision.Allow("", PolicyIds));
    }

    private static PolicyDecision? CheckTenant(PolicyRequest request) =>
        request.Template.Tenants.Contains(request.Task.Tenant, StringComparer.Ordinal)
            ? null
            : Deny(request, ErrorReason.PolicyDenied, $"Template {request.Template.Name} is not for this workload's tenant.");

    private static PolicyDecision? CheckSubject(PolicyRequest request) =>
        request.Template.Subjects.Any(pattern => pattern.Matches(request.Task.Subject))
            ? null
            : Deny(request, ErrorReason.PolicyDenied, $"Template {request.Template.Name} is not for this workload.");

    private static PolicyDecision? CheckCapabilities(PolicyRequest request)
    {
        if (request.Requested == Capabilities.None)
            return Deny(request, ErrorReason.InvalidRequest, "capabilities: ask for at least one.");
        var beyond = request.Requested & ~request.Template.Capabilities;
        return beyond == Capabilities.None
            ? null
            : Deny(request, ErrorReason.CapabilityNotOffered, $"Template {request.Template.Name} does not offer {Words(beyond)}.");
    }

    private static string Words(Capabilities capabilities) => capabilities.ToString().ToLowerInvariant();

    private static PolicyDecision Deny(PolicyRequest request, ErrorReason refusal, string message) =>
        PolicyDecision.Deny(refusal, message, request.Template.Version, PolicyIds);
}
