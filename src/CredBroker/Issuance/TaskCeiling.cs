using CredBroker.Policy;
using CredBroker.Tasks;
using CredBroker.Templates;

namespace CredBroker.Issuance;

/// <summary>Holds what a task asks for against what was passed down to it. A root has no ceiling: policy alone bounds it.</summary>
internal static class TaskCeiling
{
    /// <summary>The id under which its decisions about tools are recorded.</summary>
    public const string PolicyId = "delegation-ceiling";

    /// <summary>The longest TTL that a task's ceiling leaves for a template; null = it says nothing. Refuses where less was passed down than is asked for.</summary>
    /// <exception cref="RefusedException"><see cref="ErrorReason.PolicyDenied"/>.</exception>
    public static TimeSpan? Require(AgentTask task, string template, Capabilities capabilities)
    {
        if (task.Ceiling is null) return null;
        var entry = task.Ceiling.FirstOrDefault(entry => entry.Template == template)
            ?? throw Denied("The template was not handed down to this task.");
        if ((capabilities & ~entry.Capabilities) != Capabilities.None) throw Denied("More is asked for than was handed down to this task.");
        return entry.MaxTtl;
    }

    /// <summary>
    /// A no to a call of a tool that reaches farther than the task's ceiling; null where it does not. What a task may do to a target by a
    /// tool it may do by a credential: one of the templates of that target must have been handed down with that capability.
    /// </summary>
    public static PolicyDecision? Deny(ToolCall call, CatalogueSnapshot catalogue) =>
        call.Task.Ceiling is not { } ceiling || ceiling.Any(entry => Reaches(entry, call, catalogue))
            ? null
            : PolicyDecision.Deny(ErrorReason.PolicyDenied, $"Nothing was handed down to this task that lets it {Verb(call)} {call.Target}.", "", [PolicyId]);

    /// <summary>A template that is gone, or is another target's by now, reaches nothing.</summary>
    private static bool Reaches(DelegatedTemplate entry, ToolCall call, CatalogueSnapshot catalogue) =>
        entry.Capabilities.HasFlag(call.Capability)
        && catalogue.Templates.TryGetValue(entry.Template, out var template)
        && template.Target == call.Target
        && template.Capabilities.HasFlag(call.Capability);

    private static string Verb(ToolCall call) => call.Capability == Capabilities.Write ? "write to" : "read";

    private static RefusedException Denied(string message) => new(ErrorReason.PolicyDenied, message);
}
