using CredBroker.Templates;

namespace CredBroker.Approvals;

/// <summary>What people say to what they are asked: all of those who are needed have to agree, and one no is enough for a no.</summary>
public sealed class ApprovalDecisions(IApprovalStore store, ITemplateCatalogue catalogue, ApprovalAudit audit, TimeProvider time)
{
    private const int MaxRounds = 16;

    /// <summary>Records what somebody says. Saying the same again changes nothing.</summary>
    /// <exception cref="RefusedException">
    /// <see cref="ErrorReason.OperatorRoleRequired"/> for who is in none of the groups, <see cref="ErrorReason.PolicyDenied"/> for who asked
    /// for it themselves, <see cref="ErrorReason.ApprovalLapsed"/> where it is decided, used or too late, <see cref="ErrorReason.InvalidRequest"/>,
    /// also for another tenant's.
    /// </exception>
    public async Task<ApprovalRequest> DecideAsync(Approver approver, string approvalId, bool agrees, string reason, CancellationToken cancellationToken)
    {
        new RequestLimits().RequiredText("reason", reason).ThrowIfAny();
        if (!ApprovalId.TryParse(approvalId, out var id)) throw ApprovalRefusals.NotFound();
        for (var round = 0; round < MaxRounds; round++)
        {
            var request = await store.FindAsync(id, cancellationToken);
            if (request is null || !approver.Tenants.Includes(request.Action.Tenant)) throw ApprovalRefusals.NotFound();
            RequireVoice(approver, request);
            if (request.Votes.Any(vote => vote.By == approver.Principal && vote.Agrees == agrees)) return request;
            if (request.State != ApprovalState.Pending) throw TooLate(request);
            if (await VoteAsync(approver, request, agrees, reason, cancellationToken) is { } decided) return decided;
        }

        throw new RefusedException(ErrorReason.ConcurrentUpdate, "Others are deciding at the same time; try again.") { RetryAfter = TimeSpan.FromSeconds(1) };
    }

    /// <summary>Null where something else came first.</summary>
    private async Task<ApprovalRequest?> VoteAsync(Approver approver, ApprovalRequest request, bool agrees, string reason, CancellationToken cancellationToken)
    {
        audit.RequireAvailable();
        var vote = new ApprovalVote(approver.Principal, agrees, reason, time.GetUtcNow(), request.Generation + 1);
        var votes = request.Votes.Where(earlier => earlier.By != approver.Principal).Append(vote).ToList();
        var state = StateAfter(request, votes, agrees);
        switch (await store.VoteAsync(request, votes, state, cancellationToken))
        {
            case VoteOutcome.Recorded:
                var decided = request with { State = state, Votes = votes, Generation = vote.Generation };
                // It stands, whether or not the caller still listens.
                await audit.RecordAsync(decided, CancellationToken.None);
                return decided;
            case VoteOutcome.Overtaken:
                return null;
            case VoteOutcome.ClockFault:
                throw StoreClock.Fault();
            case VoteOutcome.TaskEnded:
                throw new RefusedException(ErrorReason.ApprovalLapsed, "The task is over, and nothing is left to decide.");
            default:
                throw new RefusedException(ErrorReason.ApprovalLapsed, "The time for deciding is over.");
        }
    }

    private ApprovalState StateAfter(ApprovalRequest request, IReadOnlyList<ApprovalVote> votes, bool agrees)
    {
        if (!agrees) return ApprovalState.Denied;
        var approvers = votes.Where(vote => vote.Agrees).Select(vote => vote.By);
        return Quorum.IsMet(request.Needs, catalogue.Current.ApproverGroups, approvers) ? ApprovalState.Approved : ApprovalState.Pending;
    }

    private void RequireVoice(Approver approver, ApprovalRequest request)
    {
        var groups = catalogue.Current.ApproverGroups;
        if (!request.Needs.Any(need => groups.TryGetValue(need.Group, out var group) && group.Has(approver.Principal)))
            throw new RefusedException(ErrorReason.OperatorRoleRequired, "The caller is in none of the groups that are asked.");
        if (FourEyes.Bars(request.Barred, approver))
            throw new RefusedException(ErrorReason.PolicyDenied, "Nobody decides about what they ask for themselves.");
    }

    private static RefusedException TooLate(ApprovalRequest request) => new(
        ErrorReason.ApprovalLapsed,
        request.State switch
        {
            ApprovalState.Approved => "It has been approved already.",
            ApprovalState.Denied => "It has been refused already.",
            ApprovalState.Used => "It has been approved and used already.",
            _ => "The time for deciding is over.",
        });
}
