using CredBroker.Approvals;
using CredBroker.Leases;
using CredBroker.Tasks;

namespace CredBroker.Issuance;

/// <summary>Plans what a task may be issued, and asks people where policy wants them to agree.</summary>
public sealed class ApprovedPlanner(IssuePlanner planner, ApprovalDesk desk)
{
    /// <summary>The plan, and what it waits for; nothing where it may be carried out.</summary>
    /// <exception cref="RefusedException">As <c>CredentialService.Issue</c> documents.</exception>
    public async ValueTask<(IssuePlan Plan, ApprovalRequest? Awaits)> PlanAsync(
        AgentTask task, TaskToken token, IssueRequest request, CancellationToken cancellationToken)
    {
        var plan = await planner.PlanAsync(task, request, cancellationToken);
        if (plan.Needs.Count == 0) return (plan, null);
        var action = Action(plan, request);
        var standing = await desk.RequireAsync(task, token, action, plan.Needs, request.ApprovalId, cancellationToken);
        if (!standing.MayUse) return (plan, standing.Request);
        return (plan with { Terms = plan.Terms with { ApprovalId = standing.Request.Id }, ApprovedAction = action.Digest }, null);
    }

    /// <summary>As <see cref="IssuePlanner.ConfirmAsync"/>.</summary>
    /// <exception cref="RefusedException">Policy says no to the two together.</exception>
    public ValueTask ConfirmAsync(AgentTask task, IssueRequest request, IssuePlan plan, LeaseId leaseId, LeaseId? takesOver) =>
        planner.ConfirmAsync(task, request, plan, leaseId, takesOver);

    /// <summary>Has it in the audit trail that what people have agreed to was used for a lease.</summary>
    /// <exception cref="RefusedException"><see cref="ErrorReason.AuditUnavailable"/>.</exception>
    public async ValueTask RecordUseAsync(Lease lease)
    {
        if (lease.Terms.ApprovalId is { } id) await desk.RecordUseAsync(id, CancellationToken.None);
    }

    private static ApprovalAction Action(IssuePlan plan, IssueRequest request) => new()
    {
        TaskId = plan.Terms.TaskId,
        Tenant = plan.Terms.Tenant,
        Workload = plan.Terms.Workload,
        Subject = plan.Terms.Template,
        SubjectVersion = plan.Terms.TemplateVersion,
        Capabilities = plan.Terms.Capabilities,
        Target = plan.Terms.Target,
        Sensitivity = plan.Terms.Sensitivity,
        Ttl = plan.Ttl,
        ProofKey = request.ProofKey,
        PolicyVersion = plan.Terms.PolicyVersion,
        Justification = request.Justification,
    };
}
