using CredBroker.Approvals;
using CredBroker.Policy;
using CredBroker.Tasks;
using CredBroker.Templates;

namespace CredBroker.Issuance;

/// <summary>Asks policy about calls of tools, and people where policy wants them to agree.</summary>
public sealed class ToolCallPolicy(ITemplateCatalogue catalogue, IToolCallEvaluator policy, ApprovalDesk desk)
{
    /// <summary>The call that a question is about.</summary>
    public ToolCall CallOf(AgentTask task, ToolCallQuestion question)
    {
        // What nobody has entered in the catalogue is taken for the worst.
        var known = catalogue.Current.Targets.TryGetValue(question.Target, out var target) ? target.Sensitivity : Sensitivity.Restricted;
        return new ToolCall
        {
            Task = task,
            Tool = question.Tool,
            Capability = question.Capability,
            Target = question.Target,
            Sensitivity = question.Sensitivity > known ? question.Sensitivity.Value : known,
            ToldSensitivity = question.Sensitivity,
            Source = question.Source,
        };
    }

    /// <summary>What policy says, and people. What they have agreed to is used up with this.</summary>
    /// <exception cref="RefusedException">As <see cref="ApprovalDesk.RequireAsync"/>.</exception>
    public async ValueTask<PolicyDecision> DecideAsync(TaskToken token, ToolCall call, ToolCallQuestion question, CancellationToken cancellationToken)
    {
        // Nobody is asked to agree to what the task may never do.
        if (TaskCeiling.Deny(call, catalogue.Current) is { } denied) return denied;
        var decision = await policy.EvaluateToolCallAsync(call, cancellationToken);
        if (decision.IfApproved is not { } approved)
            return await OrdinaryBound.TellAsync(decision, () => policy.EvaluateToolCallAsync(call with { IsOnlyLease = true }, cancellationToken));
        // People agree to one call, and without its arguments it would be any.
        new RequestLimits().Require(question.ArgumentsDigest.Length > 0, "arguments_digest", "must be given where people have to agree").ThrowIfAny();
        var standing = await desk.RequireAsync(
            call.Task, token, Action(call, question, approved.PolicyVersion), decision.Approvals, question.ApprovalId, cancellationToken);
        if (!standing.MayUse) return decision with { ApprovalId = standing.Request.Id };
        await desk.UseAsync(standing.Request, token, cancellationToken);
        return approved with { ApprovalId = standing.Request.Id, Held = decision.Held, Counted = decision.Counted };
    }

    private static ApprovalAction Action(ToolCall call, ToolCallQuestion question, string policyVersion) => new()
    {
        TaskId = call.Task.Id,
        Tenant = call.Task.Tenant,
        Workload = call.Task.Subject,
        Subject = call.Tool,
        IsToolCall = true,
        ArgumentsDigest = question.ArgumentsDigest,
        Capabilities = call.Capability,
        Target = call.Target,
        Sensitivity = call.Sensitivity,
        PolicyVersion = policyVersion,
    };
}
