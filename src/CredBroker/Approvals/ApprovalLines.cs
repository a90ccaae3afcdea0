using CredBroker.Audit;

namespace CredBroker.Approvals;

/// <summary>The audit line of a transition, made from the record alone, so that it can be made again.</summary>
public static class ApprovalLines
{
    /// <summary>The line of the transition with which a request came to a generation; null where the record tells of none.</summary>
    public static AuditEvent? Of(ApprovalRequest request, long generation)
    {
        ArgumentNullException.ThrowIfNull(request);
        var workload = new AuditActor(ReasonName.Of(request.Kind), request.Action.Workload, request.Action.Tenant);
        if (generation == 1) return Line(request, AuditEventType.ApprovalRequested, request.AskedAt, workload, Asked(request));
        if (request.Used is { } used && used.Generation == generation) return Line(request, AuditEventType.ApprovalUsed, used.At, workload, []);
        if (request.Lapsed is { } lapsed && lapsed.Generation == generation)
            return Line(request, AuditEventType.ApprovalLapsed, lapsed.At, AuditActor.System, []);
        return request.Votes.FirstOrDefault(vote => vote.Generation == generation) is { } vote ? Line(request, vote) : null;
    }

    private static AuditEvent Line(ApprovalRequest request, ApprovalVote vote) => Line(
        request, AuditEventType.ApprovalDecided, vote.At, new AuditActor("human", vote.By, request.Action.Tenant),
        new() { ["decision"] = vote.Agrees ? "approve" : "deny", ["why"] = vote.Reason });

    private static AuditEvent Line(
        ApprovalRequest request, AuditEventType type, DateTimeOffset at, AuditActor actor, Dictionary<string, string> details)
    {
        details["approval"] = request.Id.Value;
        details["action"] = request.Action.Digest;
        details[request.Action.IsToolCall ? "tool" : "template"] = request.Action.Subject;
        return new AuditEvent
        {
            Type = type,
            Time = at,
            Actor = actor,
            TaskId = request.Action.TaskId.Value,
            LeaseId = type == AuditEventType.ApprovalUsed ? request.UsedFor?.Value : null,
            Details = details,
        };
    }

    private static Dictionary<string, string> Asked(ApprovalRequest request) => new()
    {
        ["target"] = request.Action.Target,
        ["capabilities"] = request.Action.Capabilities.ToString(),
        ["groups"] = string.Join(' ', request.Needs.Select(need => $"{need.Group}:{need.Count}")),
        ["policy_version"] = request.Action.PolicyVersion,
        ["justification"] = request.Action.Justification,
        ["lapses_at"] = request.LapsesAt.ToString("O"),
    };
}
