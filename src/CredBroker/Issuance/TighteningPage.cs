using CredBroker.Audit;
using CredBroker.Leases;
using CredBroker.Policy;

namespace CredBroker.Issuance;

/// <summary>Holds some leases against what is in force; what is found is on record before anything follows from it.</summary>
public sealed class TighteningPage(LiveReview review, ILeaseIndex index, ILeaseRevoker revoker, IAuditLog audit, TimeProvider time)
{
    /// <summary>How many leases a pass names in the audit trail; the rest it counts.</summary>
    public const int MaxNamed = 1_000;

    /// <summary>What leases are held against.</summary>
    public string Version => review.Version;

    /// <summary>The pass with what it has found in some leases more, and in hand what it is to revoke of them.</summary>
    /// <exception cref="RefusedException">Nothing was changed: do it again.</exception>
    public async Task<TighteningPass> LookAsync(TighteningPass pass, IReadOnlyList<Lease> leases, CancellationToken cancellationToken)
    {
        var gone = new List<LeaseId>();
        var lines = new List<AuditEvent>();
        await foreach (var found in review.AskAsync(leases, cancellationToken))
        {
            pass = pass with { Looked = pass.Looked + 1 };
            if (found.Standing == LeaseStanding.Permitted) continue;
            if (pass.NotPermitted + pass.Undecided < MaxNamed) lines.Add(Line(pass, found));
            if (found.Standing == LeaseStanding.Undecided) pass = pass with { Undecided = pass.Undecided + 1 };
            else pass = pass with { NotPermitted = pass.NotPermitted + 1 };
            if (found.Standing == LeaseStanding.NotPermitted) gone.Add(found.Lease.Id);
        }

        if (lines.Count > 0) await audit.AppendAsync(lines, cancellationToken);
        // What could not be revoked meanwhile, for another set was in force for a moment, stays in hand.
        return pass.Revokes ? pass with { InHand = [.. pass.InHand, .. gone] } : pass;
    }

    /// <summary>The pass with nothing in hand: the end of those leases is recorded when this returns. Those that somebody who died has ended count with the others.</summary>
    /// <exception cref="RefusedException">It can be done again.</exception>
    public async Task<TighteningPass> RevokeAsync(TighteningPass pass, CancellationToken cancellationToken)
    {
        // What was found by a set that is no longer in force is nobody's ruin.
        if (pass.InHand.Count == 0 || Version != pass.Version) return pass;
        var found = await index.ReadAsync(pass.InHand, cancellationToken);
        var ended = await revoker.RevokeAsync(found, EndReason.NoLongerPermitted, RevocationPriority.TaskEnd, onlyIfDue: false, cancellationToken);
        return pass with { InHand = [], Revoked = pass.Revoked + ended.Count + found.Count(lease => lease.EndReason == EndReason.NoLongerPermitted) };
    }

    private AuditEvent Line(TighteningPass pass, ReviewedLease found) => new()
    {
        Type = AuditEventType.LeaseNoLongerPermitted,
        Time = time.GetUtcNow(),
        Actor = AuditActor.System,
        TaskId = found.Lease.Terms.TaskId.Value,
        LeaseId = found.Lease.Id.Value,
        Message = found.Reason,
        Details = new Dictionary<string, string>
        {
            ["standing"] = found.Standing == LeaseStanding.Undecided ? "undecided" : "not_permitted",
            ["follows"] = pass.Revokes && found.Standing == LeaseStanding.NotPermitted ? "revoked" : "nothing",
            ["template"] = found.Lease.Terms.Template,
            [PolicyDecision.PolicyVersionFact] = found.Decision?.PolicyVersion ?? "",
            [PolicyDecision.PoliciesFact] = string.Join(' ', found.Decision?.PolicyIds ?? []),
        },
    };
}
