using CredBroker.Policy.Cedar.Documents;
using CredBroker.Tasks;
using CredBroker.Templates;

namespace CredBroker.Policy.Cedar.Decisions;

/// <summary>Who asks to do what with what, and the groups that each of the two is in: all that the head of a policy can name.</summary>
internal readonly record struct DecisionScope(string Action)
{
    public EntityKey Principal { get; init; }

    public EntityKey Tenant { get; init; }

    public EntityKey Kind { get; init; }

    public EntityKey Resource { get; init; }

    public EntityKey Target { get; init; }

    public EntityKey Sensitivity { get; init; }

    public EntityKey Risk { get; init; }

    /// <summary>A task asks to use a template.</summary>
    public static DecisionScope OfUse(string action, AgentTask task, Template template) => Of(action, task) with
    {
        Resource = new EntityKey("Template", template.Name),
        Target = new EntityKey("Target", template.Target),
        Sensitivity = new EntityKey("Sensitivity", PolicyWords.Of(template.Sensitivity)),
        Risk = new EntityKey("Risk", PolicyWords.Of(template.Risk)),
    };

    /// <summary>A task asks to call a tool.</summary>
    public static DecisionScope OfToolCall(ToolCall call) => Of("callTool", call.Task) with
    {
        Resource = new EntityKey("Tool", call.Tool),
        Target = new EntityKey("Target", call.Target),
        Sensitivity = new EntityKey("Sensitivity", PolicyWords.Of(call.Sensitivity)),
    };

    /// <summary>A workload asks to open a task.</summary>
    public static DecisionScope OfOpening(AgentTask task) => Of("openTask", task) with { Resource = new EntityKey("Task", task.Id.Value) };

    private static DecisionScope Of(string action, AgentTask task) => new(action)
    {
        Principal = new EntityKey("Workload", task.Subject),
        Tenant = new EntityKey("Tenant", task.Tenant),
        Kind = new EntityKey("Kind", ReasonName.Of(task.Kind)),
    };
}
