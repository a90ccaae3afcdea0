using CredBroker.Tasks;
using CredBroker.Templates;

namespace CredBroker.Issuance;

/// <summary>The facts about a lease that a fence can match.</summary>
internal static class LeaseLabels
{
    private const int MaxSelectors = 8;

    public static IReadOnlyList<string> Of(AgentTask task, Template template, string policyVersion)
    {
        var labels = new List<string>(9 + MaxSelectors)
        {
            LeaseLabel.Of("tenant", task.Tenant),
            LeaseLabel.Of("workload", task.Subject),
            LeaseLabel.Of("template", template.Name),
            LeaseLabel.Of("target", template.Target),
            LeaseLabel.Of("sensitivity", template.Sensitivity.ToString().ToLowerInvariant()),
            LeaseLabel.Of("risk", template.Risk.ToString().ToLowerInvariant()),
            LeaseLabel.Of("backend", template.Backend.Name),
            LeaseLabel.Of("policy_version", policyVersion),
        };
        AddTask(labels, task);
        return labels;
    }

    /// <summary>Those of them that the task alone decides.</summary>
    public static IReadOnlyList<string> OfTask(AgentTask task)
    {
        var labels = new List<string>(3 + MaxSelectors) { LeaseLabel.Of("tenant", task.Tenant), LeaseLabel.Of("workload", task.Subject) };
        AddTask(labels, task);
        return labels;
    }

    private static void AddTask(List<string> labels, AgentTask task)
    {
        labels.Add(LeaseLabel.Of("task", task.Id.Value));
        labels.AddRange(task.Ancestors.Select(ancestor => LeaseLabel.Of("task", ancestor.Value)));
        labels.AddRange(task.Selectors.Take(MaxSelectors).Select(selector => LeaseLabel.Of("selector", selector)));
    }
}
