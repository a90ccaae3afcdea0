using CredBroker.Client.Operators;
using Google.Protobuf.WellKnownTypes;
using Wire = CredBroker.Protocol.V1;

namespace CredBroker.Client.Internal;

/// <summary>Between the protocol's words for responders and the library's.</summary>
internal static class OperatorMapping
{
    public static Wire.LeaseSelector ToWire(this LeaseSelector selector) => new()
    {
        Tenant = selector.Tenant ?? "",
        Workload = selector.Workload ?? "",
        AttestedSelector = selector.AttestedSelector ?? "",
        TaskId = selector.TaskId ?? "",
        Template = selector.Template ?? "",
        Target = selector.Target ?? "",
        Sensitivity = (Wire.Sensitivity)(selector.Sensitivity ?? 0),
        Risk = selector.Risk ?? "",
        Backend = selector.Backend ?? "",
        PolicyVersion = selector.PolicyVersion ?? "",
        IssuedBefore = selector.IssuedBefore is { } before ? Timestamp.FromDateTimeOffset(before) : null,
        IssuedAfter = selector.IssuedAfter is { } after ? Timestamp.FromDateTimeOffset(after) : null,
        LeaseId = selector.LeaseId ?? "",
    };

    public static BlastRadius ToRadius(this Wire.BlastRadius radius) => new(
        radius.Total,
        new Dictionary<string, long>(radius.ByTemplate),
        new Dictionary<string, long>(radius.ByTarget),
        new Dictionary<string, long>(radius.ByWorkload),
        new Dictionary<string, long>(radius.ByBackend),
        new Dictionary<string, long>(radius.ByRevocability),
        radius.Oldest?.ToDateTimeOffset(),
        radius.Newest?.ToDateTimeOffset(),
        [.. radius.SampleLeaseIds]);

    public static RevocationOrder ToOrder(this Wire.RevocationOrder order) => new(
        order.Id,
        (RevocationOrderState)order.State,
        [.. order.Selectors.Select(ToSelector)],
        order.Reason,
        order.OrderedBy,
        order.OrderedAt.ToInstant(),
        order.FenceId,
        order.Fenced,
        order.Dead,
        order.Confirmed,
        order.Unconfirmed,
        order.Irrevocable,
        order.DoneAt?.ToDateTimeOffset());

    public static Fence ToFence(this Wire.Fence fence) =>
        new(fence.Id, [.. fence.Selectors.Select(ToSelector)], fence.NotBefore?.ToDateTimeOffset(), fence.Reason, fence.RaisedBy);

    public static DeadLetter ToDeadLetter(this Wire.DeadLetter letter) =>
        new(letter.Lease.ToInfo(), letter.Attempts, letter.LastError, letter.NextAttemptAt?.ToDateTimeOffset());

    public static ApprovalRequest ToApproval(this Wire.ApprovalRequest request) => new()
    {
        Id = request.Id,
        State = (ApprovalState)request.State,
        Workload = request.Workload?.Subject ?? "",
        Tenant = request.Workload?.Tenant ?? "",
        TaskId = request.TaskId,
        Purpose = request.Purpose,
        Subject = request.Subject,
        IsToolCall = request.ToolCall,
        ArgumentsDigest = request.ArgumentsDigest,
        Target = request.Target,
        Sensitivity = request.Sensitivity == 0 ? null : (Sensitivity)request.Sensitivity,
        Capabilities = [.. request.Capabilities.Select(capability => (Capability)capability)],
        Ttl = request.Ttl?.ToTimeSpan(),
        Justification = request.Justification,
        Needs = request.Needs.ToDictionary(need => need.Group, need => need.Count),
        Decisions = [.. request.Decisions.Select(one => new ApprovalDecision(one.Principal, one.Approve, one.Reason, one.DecidedAt.ToInstant()))],
        AskedAt = request.AskedAt.ToInstant(),
        LapsesAt = request.LapsesAt.ToInstant(),
        LeaseId = request.LeaseId,
        ActionDigest = request.ActionDigest,
    };

    public static TaskInfo ToTaskInfo(this Wire.AgentTask task) => new(
        task.Id,
        task.TaskRef,
        task.ParentId,
        task.Workload?.Subject ?? "",
        task.Workload?.Tenant ?? "",
        task.Purpose,
        task.Intent,
        (TaskState)task.State,
        task.OpenedAt.ToInstant(),
        task.Deadline.ToInstant(),
        task.HeartbeatDeadline?.ToDateTimeOffset(),
        task.EndedAt?.ToDateTimeOffset(),
        (EndReason)task.EndReason,
        task.Outcome);

    private static LeaseSelector ToSelector(Wire.LeaseSelector selector) => new()
    {
        Tenant = TextOrNull(selector.Tenant),
        Workload = TextOrNull(selector.Workload),
        AttestedSelector = TextOrNull(selector.AttestedSelector),
        TaskId = TextOrNull(selector.TaskId),
        Template = TextOrNull(selector.Template),
        Target = TextOrNull(selector.Target),
        Sensitivity = selector.Sensitivity == 0 ? null : (Sensitivity)selector.Sensitivity,
        Risk = TextOrNull(selector.Risk),
        Backend = TextOrNull(selector.Backend),
        PolicyVersion = TextOrNull(selector.PolicyVersion),
        IssuedBefore = selector.IssuedBefore?.ToDateTimeOffset(),
        IssuedAfter = selector.IssuedAfter?.ToDateTimeOffset(),
        LeaseId = TextOrNull(selector.LeaseId),
    };

    private static string? TextOrNull(string text) => text.Length == 0 ? null : text;
}
