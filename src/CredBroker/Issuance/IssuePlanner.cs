using System.Net;
using CredBroker.Backends;
using CredBroker.Leases;
using CredBroker.Policy;
using CredBroker.Tasks;
using CredBroker.Templates;

namespace CredBroker.Issuance;

/// <summary>Decides what a task may be issued, from its template, its ceiling and policy, without making or recording anything.</summary>
public sealed class IssuePlanner(
    ITemplateCatalogue catalogue, IPolicyEvaluator policy, EarlierIssue earlier, BackendRegistry backends, TimeProvider time)
{
    /// <summary>What policy says, be it yes or no.</summary>
    /// <exception cref="RefusedException"><see cref="ErrorReason.TemplateNotFound"/> or <see cref="ErrorReason.StoreUnavailable"/>.</exception>
    public ValueTask<PolicyDecision> EvaluateAsync(AgentTask task, IssueRequest request, CancellationToken cancellationToken) =>
        policy.EvaluateAsync(Asked(task, FindTemplate(request.Template), request), cancellationToken);

    /// <summary>Decides. Where people have to agree first, it is planned as if they had: <see cref="IssuePlan.Needs"/>.</summary>
    /// <exception cref="RefusedException">As <c>CredentialService.Issue</c> documents.</exception>
    public async ValueTask<IssuePlan> PlanAsync(AgentTask task, IssueRequest request, CancellationToken cancellationToken)
    {
        var template = FindTemplate(request.Template);
        var (asked, answer) = await AskAsync(task, template, request, cancellationToken);
        var decision = answer.IfApproved is { } approved ? approved with { Held = answer.Held, Counted = answer.Counted } : await RequiredAsync(answer, asked, cancellationToken);
        var ceiling = TaskCeiling.Require(task, template.Name, request.Capabilities);
        RequireProof(template, request.ProofKey ?? task.Key, request.ProofKey);
        var backend = backends.Get(template.Backend.Name);
        var offer = backend.Describe(template, request.Capabilities);
        var max = Shortest(template.MaxTtl, decision.MaxTtl, ceiling);
        var ttl = Shortest(request.Ttl ?? template.DefaultTtl, max, null);
        return new IssuePlan(
            Terms(task, template, request.Capabilities, decision, offer) with
            {
                BoundTo = request.ProofKey,
                IsBoundToTaskKey = request.ProofKey is null && template.Proof != ProofDemand.None && template.Backend.Name == BackendNames.Token,
                // People agree to what they are told, and so to no longer life than that.
                Renewable = template.Renewable && !answer.IsPending,
            },
            ttl, answer.IsPending ? ttl : max, template, backend, decision, DecisionFacts.OfUse(asked, decision))
        {
            Needs = answer.IsPending ? answer.Approvals : [],
            RetryOf = asked.LeaseId,
        };
    }

    /// <summary>
    /// Decides again about a lease that has been recorded, where that was decided by what else the task held: another lease may
    /// have been recorded meanwhile that had not seen this one either. Of the two, the later at least sees the other now.
    /// </summary>
    /// <param name="task">The task.</param>
    /// <param name="request">What it asked for.</param>
    /// <param name="plan">What was decided.</param>
    /// <param name="leaseId">The lease.</param>
    /// <param name="takesOver">The earlier lease whose place it has taken, so that the workload has no more than before; null = none.</param>
    /// <exception cref="RefusedException">Policy says no to the two together.</exception>
    public async ValueTask ConfirmAsync(AgentTask task, IssueRequest request, IssuePlan plan, LeaseId leaseId, LeaseId? takesOver)
    {
        if (!plan.Decision.LookedAtHeld) return;
        var asked = Asked(task, plan.Template, request) with { LeaseId = leaseId, TakesOver = takesOver };
        var decision = await policy.EvaluateAsync(asked, CancellationToken.None);
        // What people have agreed to covers what they were asked, and no more.
        if (decision.Allowed || (decision.IsPending && !decision.Approvals.Except(plan.Needs).Any())) return;
        // A moment ago the answer was yes: it is what was recorded meanwhile, and nothing to hold against the task.
        throw Refusal(decision with { IsOfBound = true }, asked);
    }

    /// <summary>Decides again for a lease that is to live longer.</summary>
    /// <exception cref="RefusedException">Policy no longer says yes, the template is gone, or the lease is as old as policy lets it be.</exception>
    public async ValueTask<RenewalPlan> PlanRenewalAsync(AgentTask task, Lease lease, TimeSpan? ttl, IPAddress? source, CancellationToken cancellationToken)
    {
        var template = FindTemplate(lease.Terms.Template);
        var asked = new PolicyRequest
        {
            Task = task,
            Template = template,
            Requested = lease.Terms.Capabilities,
            Ttl = ttl,
            IsRenewal = true,
            LeaseId = lease.Id,
            Source = source,
        };
        var decision = await DecideAsync(asked, cancellationToken);
        var ceiling = TaskCeiling.Require(task, template.Name, lease.Terms.Capabilities);
        RequireProof(template, lease.Terms.BoundTo ?? task.Key, lease.Terms.BoundTo);
        var max = Shortest(template.MaxTtl, decision.MaxTtl, ceiling);
        var asks = Shortest(ttl ?? template.DefaultTtl, max, null);
        var end = lease.IssuedAt + max;
        // The store holds a lease to the maximum that it was issued with; only a shorter one of today has to be worked out here.
        if (end >= lease.MaxExpiresAt) return new RenewalPlan(asks, decision, DecisionFacts.OfUse(asked, decision));
        var left = end - time.GetUtcNow();
        if (left <= TimeSpan.Zero) throw new RefusedException(ErrorReason.MaxTtlReached, IssueRefusals.Sentence(ErrorReason.MaxTtlReached));
        return new RenewalPlan(Shortest(asks, left, null), decision, DecisionFacts.OfUse(asked, decision));
    }

    /// <summary>
    /// What policy says. Where it says no for what is held, a retry is asked about without its first lease: that one has its place, and the retry gets it or
    /// takes it over. All others count, those that earlier retries have taken over and that are not dead yet among them.
    /// </summary>
    private async ValueTask<(PolicyRequest Asked, PolicyDecision Answer)> AskAsync(
        AgentTask task, Template template, IssueRequest request, CancellationToken cancellationToken)
    {
        var asked = Asked(task, template, request);
        var answer = await policy.EvaluateAsync(asked, cancellationToken);
        if (answer.Allowed || !(answer.LookedAtHeld || answer.IsFault)) return (asked, answer);
        if (await earlier.FindAsync(task, request, cancellationToken) is not { } own) return (asked, answer);
        asked = asked with { LeaseId = own };
        return (asked, await policy.EvaluateAsync(asked, cancellationToken));
    }

    private static PolicyRequest Asked(AgentTask task, Template template, IssueRequest request) =>
        new() { Task = task, Template = template, Requested = request.Capabilities, Ttl = request.Ttl, Source = request.Source };

    private static void RequireProof(Template template, ProofKey? key, ProofKey? named)
    {
        if (named is not null && template.Backend.Name != BackendNames.Token)
            throw RefusedException.Invalid("proof_key", "must not be given: only access tokens are bound to a key");
        if (!template.Proof.IsMetBy(key))
            throw new RefusedException(ErrorReason.ProofInvalid, $"The template is for tasks that are bound to a key {template.Proof.Say()}.");
    }

    private Template FindTemplate(string name) => catalogue.Current.Templates.TryGetValue(name, out var template)
        ? template
        : throw new RefusedException(ErrorReason.TemplateNotFound, "There is no such template.");

    private async ValueTask<PolicyDecision> DecideAsync(PolicyRequest request, CancellationToken cancellationToken)
    {
        var decision = await policy.EvaluateAsync(request, cancellationToken);
        return await RequiredAsync(decision, request, cancellationToken);
    }

    private async ValueTask<PolicyDecision> RequiredAsync(PolicyDecision decision, PolicyRequest request, CancellationToken cancellationToken)
    {
        if (decision.Allowed) return decision;
        var told = await OrdinaryBound.TellAsync(decision, () => policy.EvaluateAsync(request with { IsOnlyLease = true }, cancellationToken));
        // What was never handed down is no matter of how much is live.
        if (told.IsOfBound) TaskCeiling.Require(request.Task, request.Template.Name, request.Requested);
        throw Refusal(told, request);
    }

    private static RefusedException Refusal(PolicyDecision decision, PolicyRequest request) =>
        decision.ToRefusal(request.Template.Name, DecisionFacts.OfUse(request, decision));

    private static LeaseTerms Terms(AgentTask task, Template template, Capabilities capabilities, PolicyDecision decision, BackendOffer offer) => new()
    {
        TaskId = task.Id,
        Tenant = task.Tenant,
        Workload = task.Subject,
        Template = template.Name,
        TemplateVersion = template.Version,
        Target = template.Target,
        Sensitivity = template.Sensitivity,
        Risk = template.Risk,
        Capabilities = capabilities,
        Backend = template.Backend.Name,
        BackendKey = offer.BackendKey ?? template.Backend.Name,
        Revocability = offer.Revocability,
        Renewable = template.Renewable,
        CountsPerWorkload = template.PerWorkload is not null,
        PolicyVersion = decision.PolicyVersion,
        Policies = decision.PolicyIds,
        Audience = offer.Audience,
        Scopes = offer.Scopes,
        Labels = LeaseLabels.Of(task, template, decision.PolicyVersion),
    };

    private static TimeSpan Shortest(TimeSpan a, TimeSpan? b, TimeSpan? c)
    {
        var shortest = a;
        if (b < shortest) shortest = b.Value;
        if (c < shortest) shortest = c.Value;
        return shortest;
    }
}
