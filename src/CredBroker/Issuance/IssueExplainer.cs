using CredBroker.Tasks;
using CredBroker.Templates;

namespace CredBroker.Issuance;

/// <summary>Tells what would come of a request, for platform teams. Nothing is made, recorded or counted.</summary>
public sealed class IssueExplainer(TaskLister tasks, ITemplateCatalogue catalogue, IssuePlanner planner)
{
    /// <summary>Explains. Quotas and fences are not asked: they change from moment to moment.</summary>
    /// <exception cref="RefusedException"><see cref="ErrorReason.TaskNotFound"/> or <see cref="ErrorReason.TemplateNotFound"/>, also for another tenant's.</exception>
    public async Task<Explanation> ExplainAsync(TenantScope scope, TaskId taskId, IssueRequest request, CancellationToken cancellationToken)
    {
        new RequestLimits().RequiredText("template", request.Template).Duration("ttl", request.Ttl).ThrowIfAny();
        var task = await tasks.GetAsync(scope, taskId, cancellationToken);
        if (!catalogue.Current.Templates.TryGetValue(request.Template, out var template) || !template.IsFor(scope))
            throw new RefusedException(ErrorReason.TemplateNotFound, "There is no such template.");
        if (task.State != TaskState.Open) return new Explanation { Allowed = false, Reason = IssueRefusals.Sentence(ErrorReason.TaskEnded) };

        var decision = await planner.EvaluateAsync(task, request, cancellationToken);
        var explanation = new Explanation
        {
            Allowed = decision.Allowed,
            IsPending = decision.IsPending,
            Reason = decision.Message,
            PolicyVersion = decision.PolicyVersion,
            Policies = decision.PolicyIds,
            ApprovalGroups = decision.ApprovalGroups,
        };
        if (!decision.Allowed && !decision.IsPending) return explanation;
        try
        {
            return explanation with { Ttl = (await planner.PlanAsync(task, request, cancellationToken)).Ttl };
        }
        catch (RefusedException refusal) when (refusal.Reason == ErrorReason.PolicyDenied)
        {
            // What the parent has passed down is less than what policy would give.
            return explanation with { Allowed = false, IsPending = false, ApprovalGroups = [], Reason = refusal.Message };
        }
    }
}
