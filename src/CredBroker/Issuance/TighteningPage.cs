using CredBroker.Audit;
using CredBroker.Leases;
using CredBroker.Policy;
using CredBroker.Tasks;

namespace CredBroker.Issuance;

/// <summary>Holds some leases against what is in force; what is found is on record before anything follows from it.</summary>
public sealed class TighteningPage(LeaseReview review, ITaskIndex tasks, ILeaseRevoker revoker, IAuditLog audit, TimeProvider time)
{
    /// <summary>How many leases a pass names in the audit trail; the rest it counts.</summary>
    public const int MaxNamed = 1_000;

    /// <summary>What leases are held against.</summary>
    public string Version => review.Version;

    /// <summary>The pass with what it has found in some leases more. Where it revokes, their end is recorded when this returns.</summary>
    /// <exception cref="RefusedException">Nothing was changed, or all that was can be found anew: do it again.</exception>
    public async Task<TighteningPass> TurnAsync(TighteningPass pass, IReadOnlyList<Lease> leases, CancellationToken cancellationToken)
    {
        var live = leases.Where(lease => lease.State == LeaseState.Active).ToList();
        var known = (await tasks.ReadAsync([.. live.Select(lease => lease.Terms.TaskId).Distinct()], cancellationToken)).ToDictionary(task => task.Id);
        var gone = new List<Lease>();
        var lines = new List<AuditEvent>();
        // The leases of a task that is over are on their way out already.
        foreach (var lease in live.Where(lease => known.TryGetValue(lease.Terms.TaskId, out var task) && task.State == TaskState.Open))
        {
            var (standing, decision, reason) = await review.AskAsync(known[lease.Terms.TaskId], lease, cancellationToken);
            pass = pass with { Looked = pass.Looked + 1 };
            if (standing == LeaseStanding.Permitted) continue;
            if (pass.NotPermitted + pass.Undecided < MaxNamed) lines.Add(Line(pass, lease, standing, decision, reason));
            if (standing == LeaseStanding.Undecided) pass = pass with { Undecided = pass.Undecided + 1 };
            else pass = pass with { NotPermitted = pass.NotPermitted + 1 };
            if (standing == LeaseStanding.NotPermitted) gone.Add(lease);
        }

        if (lines.Count > 0) await audit.AppendAsync(lines, cancellationToken);
        // What was found by a set that is no longer in force is nobody's ruin.
        if (!pass.Revokes || gone.Count == 0 || Version != pass.Version) return pass;
        var ended = await revoker.RevokeAsync(gone, EndReason.NoLongerPermitted, RevocationPriority.TaskEnd, onlyIfDue: false, cancellationToken);
        return pass with { Revoked = pass.Revoked + ended.Count };
    }

    private AuditEvent Line(TighteningPass pass, Lease lease, LeaseStanding standing, PolicyDecision? decision, string reason) => new()
    {
        Type = AuditEventType.LeaseNoLongerPermitted,
        Time = time.GetUtcNow(),
        Actor = AuditActor.System,
        TaskId = lease.Terms.TaskId.Value,
        LeaseId = lease.Id.Value,
        Message = reason,
        Details = new Dictionary<string, string>
        {
            ["standing"] = standing == LeaseStanding.Undecided ? "undecided" : "not_permitted",
            ["follows"] = pass.Revokes && standing == LeaseStanding.NotPermitted ? "revoked" : "nothing",
            ["template"] = lease.Terms.Template,
            [PolicyDecision.PolicyVersionFact] = decision?.PolicyVersion ?? "",
            [PolicyDecision.PoliciesFact] = string.Join(' ', decision?.PolicyIds ?? []),
        },
    };
}
