using CredBroker.Leases;
using CredBroker.Tasks;

namespace CredBroker.Policy.Cedar.Replays;

/// <summary>A lease of which no more is known than policies look at.</summary>
internal static class HeldLease
{
    public static Lease Of(AgentTask task, DateTimeOffset now, string target, Sensitivity sensitivity, Capabilities capabilities) => new()
    {
        Id = LeaseId.New(task.Id.Bucket, now),
        State = LeaseState.Active,
        Generation = 1,
        IssuedAt = now,
        ExpiresAt = now,
        MaxExpiresAt = now,
        Terms = new LeaseTerms
        {
            TaskId = task.Id,
            Tenant = task.Tenant,
            Workload = task.Subject,
            Template = target,
            TemplateVersion = "",
            Target = target,
            Sensitivity = sensitivity,
            Risk = RiskLevel.Low,
            Capabilities = capabilities,
            Backend = "",
            Revocability = Revocability.None,
            Renewable = false,
            PolicyVersion = "",
            Labels = [],
        },
    };
}
