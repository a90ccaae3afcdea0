using CredBroker.Approvals;
using Google.Protobuf.WellKnownTypes;
using V1 = CredBroker.Protocol.V1;

namespace CredBroker.Server.Api.Wire;

/// <summary>Requests for approval as protocol messages.</summary>
internal static class WriteApproval
{
    public static V1.ApprovalRequest Request(ApprovalRequest request)
    {
        var action = request.Action;
        var wire = new V1.ApprovalRequest
        {
            Id = request.Id.Value,
            State = (V1.ApprovalRequest.Types.State)request.State,
            Workload = new V1.WorkloadIdentity
            {
                Subject = action.Workload,
                Attestor = request.Attestor,
                Tenant = action.Tenant,
                Kind = (V1.WorkloadKind)request.Kind,
            },
            TaskId = action.TaskId.Value,
            Purpose = request.Purpose,
            Subject = action.Subject,
            Target = action.Target,
            Sensitivity = (V1.Sensitivity)action.Sensitivity,
            Ttl = action.Ttl is { } ttl ? Duration.FromTimeSpan(ttl) : null,
            Justification = action.Justification,
            LapsesAt = Write.Instant(request.LapsesAt),
            AskedAt = Write.Instant(request.AskedAt),
            ToolCall = action.IsToolCall,
            ArgumentsDigest = action.ArgumentsDigest,
            LeaseId = request.UsedFor?.Value ?? "",
            ActionDigest = action.Digest,
        };
        wire.Capabilities.AddRange(Write.Capabilities(action.Capabilities));
        wire.Groups.AddRange(request.Needs.Select(need => need.Group));
        wire.ApprovedBy.AddRange(request.ApprovedBy);
        wire.Needs.AddRange(request.Needs.Select(need => new V1.ApprovalNeed { Group = need.Group, Count = need.Count }));
        wire.Decisions.AddRange(request.Votes.Select(Decision));
        return wire;
    }

    /// <summary>What an agent is told of it: nothing of the people.</summary>
    public static V1.IssueResponse.Types.PendingApproval Pending(ApprovalRequest request)
    {
        var wire = new V1.IssueResponse.Types.PendingApproval { ApprovalId = request.Id.Value, LapsesAt = Write.Instant(request.LapsesAt) };
        wire.Groups.AddRange(request.Needs.Select(need => need.Group));
        return wire;
    }

    public static ApprovalState? ReadState(V1.ApprovalRequest.Types.State wire) => wire switch
    {
        V1.ApprovalRequest.Types.State.Unspecified => null,
        var known when System.Enum.IsDefined(known) => (ApprovalState)known,
        _ => throw RefusedException.Invalid("state", "names a state that there is not"),
    };

    private static V1.ApprovalDecision Decision(ApprovalVote vote) =>
        new() { Principal = vote.By, Approve = vote.Agrees, Reason = vote.Reason, DecidedAt = Write.Instant(vote.At) };
}
