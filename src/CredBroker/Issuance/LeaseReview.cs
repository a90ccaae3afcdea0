using CredBroker.Leases;
using CredBroker.Policy;
using CredBroker.Tasks;
using CredBroker.Templates;

namespace CredBroker.Issuance;

/// <summary>Asks about a lease that has been issued whether it would be issued now, by the templates and policies that are in force.</summary>
public sealed class LeaseReview(ITemplateCatalogue catalogue, IPolicySet policies, IPolicyEvaluator policy)
{
    private const string NoTemplate = "The template is gone.";

    /// <summary>What leases are held against: another one says that they have to be looked at again.</summary>
    public string Version => $"{policies.Version}.{catalogue.Current.Version}";

    /// <summary>
    /// How a lease stands, and why where it does not. What an evaluator that failed said is nothing to take a lease away for; nor is a no
    /// that an approval would lift, for it may have been given; nor one that may hang on where the request came from, for that is not known any more.
    /// How many leases the workload holds plays no part: a bound that was lowered meets what asks next.
    /// </summary>
    /// <exception cref="RefusedException"><see cref="ErrorReason.StoreUnavailable"/>, where a policy looks at what only the store knows.</exception>
    public async ValueTask<(LeaseStanding Standing, PolicyDecision? Decision, string Reason)> AskAsync(
        AgentTask task, Lease lease, CancellationToken cancellationToken)
    {
        if (!catalogue.Current.Templates.TryGetValue(lease.Terms.Template, out var template)) return (LeaseStanding.NotPermitted, null, NoTemplate);
        if (lease.Terms.PolicyVersion == policies.Version && lease.Terms.TemplateVersion == template.Version) return (LeaseStanding.Permitted, null, "");
        var decision = await policy.EvaluateAsync(
            new PolicyRequest { Task = task, Template = template, Requested = lease.Terms.Capabilities, LeaseId = lease.Id, IsOnlyLease = true }, cancellationToken);
        if (decision.Allowed) return (LeaseStanding.Permitted, decision, "");
        var isUndecided = decision.IsFault || decision.LookedAtSource || decision.ApprovalGroups.Count > 0;
        return (isUndecided ? LeaseStanding.Undecided : LeaseStanding.NotPermitted, decision, decision.Message);
    }
}
