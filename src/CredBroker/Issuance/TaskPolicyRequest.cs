using CredBroker.Policy;
using CredBroker.Tasks;
using CredBroker.Templates;

namespace CredBroker.Issuance;

/// <summary>What is asked of policy on behalf of a task.</summary>
internal static class TaskPolicyRequest
{
    public static PolicyRequest Of(AgentTask task, Template template, Capabilities capabilities, TimeSpan? ttl) => new()
    {
        Tenant = task.Tenant,
        Subject = task.Subject,
        Kind = task.Kind,
        Template = template,
        Requested = capabilities,
        Ttl = ttl,
        Purpose = task.Purpose,
        Intent = task.Intent,
        Labels = task.Labels,
    };
}
