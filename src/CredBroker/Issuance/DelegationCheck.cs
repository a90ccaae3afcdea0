using System.Net;
using CredBroker.Attestation;
using CredBroker.Policy;
using CredBroker.Tasks;
using CredBroker.Templates;
using Microsoft.Extensions.Options;

namespace CredBroker.Issuance;

/// <summary>Sees to it that a child task never gets more than its parent may have, and may hand down, at that moment.</summary>
public sealed class DelegationCheck(
    TaskGate gate, ITemplateCatalogue catalogue, IPolicyEvaluator policy, IOptions<DelegationOptions> options, TimeProvider time)
{
    /// <summary>The most templates that can be handed down at once: each is decided on its own.</summary>
    public const int MaxPassed = 100;

    private readonly int _maxDepth = options.Value.MaxDepth;

    /// <summary>
    /// The task of a parent token, which must be able to be issued something itself; null where none was given. A token that is bound to
    /// a key is good with that key alone, here too.
    /// </summary>
    /// <exception cref="RefusedException"><see cref="ErrorReason.TaskTokenInvalid"/>, <see cref="ErrorReason.TaskEnded"/> or <see cref="ErrorReason.AttestationExpired"/>.</exception>
    public async Task<AgentTask?> FindParentAsync(string parentToken, ProofKey? key, CancellationToken cancellationToken)
    {
        if (parentToken.Length == 0) return null;
        if (!TaskToken.TryParse(parentToken, out var token)) throw TaskGate.Invalid();
        var parent = await gate.ReadHolderAsync(token, cancellationToken);
        if (parent.Key is not null && parent.Key != key) throw TaskGate.Invalid();
        var now = time.GetUtcNow();
        if (parent.State != TaskState.Open || parent.Deadline <= now || parent.HeartbeatDeadline <= now)
            throw new RefusedException(ErrorReason.TaskEnded, "The parent task is over.");
        if (parent.AttestedUntil <= now)
            throw new RefusedException(ErrorReason.AttestationExpired, "The parent task has to be attested again before it hands anything down.");
        return parent;
    }

    /// <summary>The child's ceiling; null for a root. No TTL in it is longer than the parent itself could have.</summary>
    /// <exception cref="RefusedException"><see cref="ErrorReason.PolicyDenied"/>, <see cref="ErrorReason.CapabilityNotOffered"/> or <see cref="ErrorReason.TemplateNotFound"/>.</exception>
    public async Task<IReadOnlyList<DelegatedTemplate>?> CheckAsync(
        AgentTask? parent, WorkloadIdentity child, IReadOnlyList<DelegatedTemplate> passed, IPAddress? source, CancellationToken cancellationToken)
    {
        if (parent is null) return null;
        if (parent.Tenant != child.Tenant) throw Denied("A child task belongs to its parent's tenant.");
        if (parent.Ancestors.Count + 1 >= _maxDepth) throw Denied("The tree of tasks is as deep as it may be.");
        var ceiling = new List<DelegatedTemplate>(passed.Count);
        foreach (var entry in passed) ceiling.Add(await AttenuateAsync(parent, entry, source, cancellationToken));
        return ceiling;
    }

    /// <summary>What of the same entry the parent could have itself; refuses where that is less than what it passes down.</summary>
    private async Task<DelegatedTemplate> AttenuateAsync(AgentTask parent, DelegatedTemplate entry, IPAddress? source, CancellationToken cancellationToken)
    {
        var needed = entry.Capabilities | Capabilities.Delegate;
        var longest = TaskCeiling.Require(parent, entry.Template, needed);
        if (!catalogue.Current.Templates.TryGetValue(entry.Template, out var template))
            throw new RefusedException(ErrorReason.TemplateNotFound, "A template that is handed down does not exist.");
        if (entry.MaxTtl > longest) throw Denied("A longer TTL is handed down than the parent has.");
        var asked = new PolicyRequest { Task = parent, Template = template, Requested = needed, Ttl = entry.MaxTtl, Source = source };
        var decision = await OrdinaryBound.TellAsync(
            await policy.EvaluateAsync(asked, cancellationToken), () => policy.EvaluateAsync(asked with { IsOnlyLease = true }, cancellationToken));
        if (!decision.Allowed) throw decision.ToRefusal(template.Name);
        return entry with { MaxTtl = Shorter(Shorter(entry.MaxTtl, longest), decision.MaxTtl) };
    }

    private static TimeSpan? Shorter(TimeSpan? a, TimeSpan? b) => a is null || b < a ? b : a;

    private static RefusedException Denied(string message) => new(ErrorReason.PolicyDenied, message);
}
