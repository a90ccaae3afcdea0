using System.Net;
using CredBroker.Attestation;
using CredBroker.Policy;
using CredBroker.Tasks;
using CredBroker.Templates;

namespace CredBroker.Issuance;

/// <summary>Sees to it that a child task never gets more than its parent holds and may hand down.</summary>
public sealed class DelegationCheck(TaskGate gate, ITemplateCatalogue catalogue, IPolicyEvaluator policy)
{
    /// <summary>How many tasks deep a tree may be; also the depth of the <c>act</c> chain.</summary>
    public const int MaxDepth = 4;

    /// <summary>The task of a parent token; null where none was given. A token that is bound to a key is good with that key alone, here too.</summary>
    /// <exception cref="RefusedException"><see cref="ErrorReason.TaskTokenInvalid"/> or <see cref="ErrorReason.TaskEnded"/>.</exception>
    public async Task<AgentTask?> FindParentAsync(string parentToken, ProofKey? key, CancellationToken cancellationToken)
    {
        if (parentToken.Length == 0) return null;
        if (!TaskToken.TryParse(parentToken, out var token)) throw TaskGate.Invalid();
        var parent = await gate.ReadHolderAsync(token, cancellationToken);
        if (parent.Key is not null && parent.Key != key) throw TaskGate.Invalid();
        if (parent.State != TaskState.Open) throw new RefusedException(ErrorReason.TaskEnded, "The parent task is over.");
        return parent;
    }

    /// <summary>The child's ceiling; null for a root.</summary>
    /// <exception cref="RefusedException"><see cref="ErrorReason.PolicyDenied"/>, <see cref="ErrorReason.CapabilityNotOffered"/> or <see cref="ErrorReason.TemplateNotFound"/>.</exception>
    public async Task<IReadOnlyList<DelegatedTemplate>?> CheckAsync(
        AgentTask? parent, WorkloadIdentity child, IReadOnlyList<DelegatedTemplate> passed, IPAddress? source, CancellationToken cancellationToken)
    {
        if (parent is null) return null;
        if (parent.Tenant != child.Tenant) throw Denied("A child task belongs to its parent's tenant.");
        if (parent.Ancestors.Count + 1 >= MaxDepth) throw Denied("The tree of tasks is as deep as it may be.");
        foreach (var entry in passed) await CheckEntryAsync(parent, entry, source, cancellationToken);
        return passed;
    }

    /// <summary>What a task's ceiling leaves of a request; refuses where it is less than what was asked for.</summary>
    public static TimeSpan? RequireWithinCeiling(AgentTask task, string template, Capabilities capabilities)
    {
        if (task.Ceiling is null) return null;
        var entry = task.Ceiling.FirstOrDefault(entry => entry.Template == template)
            ?? throw Denied("The template was not handed down to this task.");
        if ((capabilities & ~entry.Capabilities) != Capabilities.None) throw Denied("More is asked for than was handed down to this task.");
        return entry.MaxTtl;
    }

    private async Task CheckEntryAsync(AgentTask parent, DelegatedTemplate entry, IPAddress? source, CancellationToken cancellationToken)
    {
        if (!catalogue.Current.Templates.TryGetValue(entry.Template, out var template))
            throw new RefusedException(ErrorReason.TemplateNotFound, "A template that is handed down does not exist.");
        var needed = entry.Capabilities | Capabilities.Delegate;
        var longest = RequireWithinCeiling(parent, entry.Template, needed);
        if (longest is { } max && (entry.MaxTtl ?? TimeSpan.MaxValue) > max) throw Denied("A longer TTL is handed down than the parent has.");
        var decision = await policy.EvaluateAsync(new PolicyRequest { Task = parent, Template = template, Requested = needed, Source = source }, cancellationToken);
        if (!decision.Allowed) throw decision.ToRefusal(template.Name);
    }

    private static RefusedException Denied(string message) => new(ErrorReason.PolicyDenied, message);
}
