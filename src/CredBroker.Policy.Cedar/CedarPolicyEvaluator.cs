using System.Net;
using CredBroker.Leases;
using CredBroker.Policy.Cedar.Decisions;
using CredBroker.Policy.Cedar.Documents;
using CredBroker.Policy.Cedar.Wasm;
using CredBroker.Tasks;
using Microsoft.Extensions.Logging;

namespace CredBroker.Policy.Cedar;

/// <summary>
/// Decides by Cedar, inside of what a template allows at all. Each capability is a decision of its own and all must permit.
/// Whatever cannot be decided is denied: Cedar leaves out a policy that fails, so a failed "forbid" would else be a "permit".
/// </summary>
public sealed partial class CedarPolicyEvaluator(
    PolicyLibrary library, TemplateBoundsEvaluator bounds, HeldLeases held, IWorkloadLeases workloads, TimeProvider time,
    ILogger<CedarPolicyEvaluator> logger)
    : IPolicyEvaluator, IToolCallEvaluator
{
    private readonly FactsReader _facts = new(held, workloads, time);

    /// <inheritdoc/>
    public async ValueTask<PolicyDecision> EvaluateAsync(PolicyRequest request, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        var within = await bounds.EvaluateAsync(request, cancellationToken);
        if (!within.Allowed) return within;
        if (library.Current is not { } policies) return NoPolicies();

        var questions = Actions(request)
            .Select(action => new PolicyQuestion(action, policies.Slices.Of(DecisionScope.OfUse(action, request.Task, request.Template))))
            .ToList();
        var subject = $"template {request.Template.Name}";
        return await DecideAsync(
            policies, subject, questions, new FactsQuestion(request.Task, request.Template.Name, request.LeaseId, request.TakesOver, request.IsOnlyLease),
            (facts, uses) => RequestJson.OfUse(request, facts, uses), cancellationToken);
    }

    /// <inheritdoc/>
    public async ValueTask<PolicyDecision> EvaluateOpeningAsync(AgentTask task, IPAddress? source, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(task);
        if (library.Current is not { } policies) return NoPolicies();
        var scope = DecisionScope.OfOpening(task);
        var slice = policies.Slices.Of(scope);
        // There is no task yet that people could be asked for, so what needs their approval is forbidden even so.
        var request = RequestJson.OfOpening(task, source, time.GetUtcNow(), slice.Uses);
        return await AskAsync(policies, "a task", [new PolicyQuestion(scope.Action, slice)], _ => request, slice.Uses, cancellationToken);
    }

    /// <inheritdoc/>
    public async ValueTask<PolicyDecision> EvaluateToolCallAsync(ToolCall call, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(call);
        if (library.Current is not { } policies) return NoPolicies();
        var scope = DecisionScope.OfToolCall(call);
        return await DecideAsync(
            policies, $"tool {call.Tool}", [new PolicyQuestion(scope.Action, policies.Slices.Of(scope))], new FactsQuestion(call.Task, IsOnlyLease: call.IsOnlyLease),
            (facts, uses) => RequestJson.OfToolCall(call, facts, uses), cancellationToken);
    }

    private static IEnumerable<string> Actions(PolicyRequest request)
    {
        var capabilities = PolicyWords.Of(request.Requested);
        return request.IsRenewal ? capabilities.Append("renew") : capabilities;
    }

    /// <summary>Decides, with a look at what the task's tree and its workload hold where a policy wants to know.</summary>
    private async ValueTask<PolicyDecision> DecideAsync(
        CedarPolicies policies,
        string subject,
        List<PolicyQuestion> questions,
        FactsQuestion asked,
        Func<RequestFacts, PolicyUses, byte[]> write,
        CancellationToken cancellationToken)
    {
        var uses = questions.Select(question => question.Slice.Uses).Aggregate((all, one) => all.And(one));
        var (facts, hindrance) = await _facts.ReadAsync(asked, uses, cancellationToken);
        if (facts is null) return Fault(hindrance, policies.Set.Version);
        var decision = await AskAsync(
            policies, subject, questions, groups => write(facts with { Approved = groups }, uses), uses, cancellationToken);
        return decision with { Held = uses.IsOfHeld ? facts.Held : decision.Held, Counted = facts.Counted, LookedAtSource = uses.OfContext("source") };
    }

    private async ValueTask<PolicyDecision> AskAsync(
        CedarPolicies policies, string subject, List<PolicyQuestion> questions, Func<IReadOnlyList<string>, byte[]> write, PolicyUses uses,
        CancellationToken cancellationToken)
    {
        var verdict = new CedarVerdict(policies.Set);
        try
        {
            var decision = verdict.Of(subject, await AnswerAsync(policies, questions, write([]), uses, cancellationToken));
            if (decision.Approvals.Count == 0) return decision;
            return verdict.Lift(decision, subject, await AnswerAsync(policies, questions, write(decision.ApprovalGroups), uses, cancellationToken));
        }
        catch (CedarFaultException fault)
        {
            LogBrokeOff(fault, policies.Set.Version);
            return verdict.Fault([]);
        }
    }

    private async ValueTask<IReadOnlyList<(string Action, CedarAnswer Answer)>> AnswerAsync(
        CedarPolicies policies, List<PolicyQuestion> questions, byte[] request, PolicyUses uses, CancellationToken cancellationToken)
    {
        var answers = await policies.AskAsync(questions, request, uses, cancellationToken);
        foreach (var error in answers.SelectMany(answer => answer.Answer.Errors)) LogFailed(error.PolicyId, policies.Set.Version, error.Message);
        return answers;
    }

    private static PolicyDecision NoPolicies() => Fault("No policies are in force, so nothing is granted.", "");

    private static PolicyDecision Fault(string message, string version) =>
        PolicyDecision.Deny(ErrorReason.PolicyDenied, message, version, []) with { IsFault = true };

    [LoggerMessage(Level = LogLevel.Error, Message = "Policy '{PolicyId}' of set {Version} could not be evaluated, and what was asked for is denied: {Reason}")]
    private partial void LogFailed(string policyId, string version, string reason);

    [LoggerMessage(Level = LogLevel.Error, Message = "Cedar broke off while deciding by set {Version}; what was asked for is denied")]
    private partial void LogBrokeOff(Exception fault, string version);
}
