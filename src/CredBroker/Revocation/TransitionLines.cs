using CredBroker.Audit;
using CredBroker.Leases;
using CredBroker.Tasks;

namespace CredBroker.Revocation;

/// <summary>The audit line of a transition, made from the record alone, so that it can be made again.</summary>
internal static class TransitionLines
{
    public static AuditEvent Of(Lease lease, DateTimeOffset at) => new()
    {
        Type = lease.State switch
        {
            LeaseState.Revoked => AuditEventType.LeaseRevoked,
            LeaseState.Irrevocable => AuditEventType.LeaseIrrevocable,
            _ => AuditEventType.LeaseRevoking,
        },
        Time = lease.ConfirmedAt ?? at,
        Actor = AuditActor.System,
        TaskId = lease.Terms.TaskId.Value,
        LeaseId = lease.Id.Value,
        Reason = ReasonName.Of(lease.EndReason),
        Details = new Dictionary<string, string>
        {
            ["tenant"] = lease.Terms.Tenant,
            ["workload"] = lease.Terms.Workload,
            ["template"] = lease.Terms.Template,
        },
    };

    public static AuditEvent Of(AgentTask task) => new()
    {
        Type = AuditEventType.TaskSealed,
        Time = task.EndedAt ?? task.Deadline,
        Actor = task.EndedBy is { } somebody
            ? new AuditActor(task.EndReason == EndReason.Operator ? "human" : ReasonName.Of(WorkloadKind.Orchestrator), somebody, task.Tenant)
            : new AuditActor(ReasonName.Of(task.Kind), task.Subject, task.Tenant),
        TaskId = task.Id.Value,
        Reason = ReasonName.Of(task.EndReason),
        Details = string.IsNullOrEmpty(task.Outcome) ? new Dictionary<string, string>() : new Dictionary<string, string> { ["outcome"] = task.Outcome },
    };
}
