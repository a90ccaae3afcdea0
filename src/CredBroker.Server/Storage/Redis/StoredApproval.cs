using System.Text.Json.Serialization;
using CredBroker.Approvals;
using CredBroker.Policy;

namespace CredBroker.Server.Storage.Redis;

/// <summary>What does not change about a request for approval.</summary>
internal sealed class StoredApproval
{
    [JsonPropertyName("task")] public required string Task { get; init; }

    [JsonPropertyName("tenant")] public required string Tenant { get; init; }

    [JsonPropertyName("sub")] public required string Workload { get; init; }

    [JsonPropertyName("by")] public required string Attestor { get; init; }

    [JsonPropertyName("kind")] public required int Kind { get; init; }

    [JsonPropertyName("purpose")] public required string Purpose { get; init; }

    [JsonPropertyName("name")] public required string Subject { get; init; }

    [JsonPropertyName("ver")] public string? SubjectVersion { get; init; }

    [JsonPropertyName("tool")] public bool IsToolCall { get; init; }

    [JsonPropertyName("args")] public string? ArgumentsDigest { get; init; }

    [JsonPropertyName("cap")] public required int Capabilities { get; init; }

    [JsonPropertyName("target")] public required string Target { get; init; }

    [JsonPropertyName("sens")] public required int Sensitivity { get; init; }

    [JsonPropertyName("ttl")] public long? TtlTicks { get; init; }

    [JsonPropertyName("key")] public string? ProofKey { get; init; }

    [JsonPropertyName("pol")] public required string PolicyVersion { get; init; }

    [JsonPropertyName("why")] public string? Justification { get; init; }

    [JsonPropertyName("groups")] public required string[] Groups { get; init; }

    [JsonPropertyName("counts")] public required int[] Counts { get; init; }

    [JsonPropertyName("not")] public required string[] Barred { get; init; }

    public static StoredApproval From(ApprovalRequest request)
    {
        var action = request.Action;
        return new StoredApproval
        {
            Task = action.TaskId.Value,
            Tenant = action.Tenant,
            Workload = action.Workload,
            Attestor = request.Attestor,
            Kind = (int)request.Kind,
            Purpose = request.Purpose,
            Subject = action.Subject,
            SubjectVersion = action.SubjectVersion,
            IsToolCall = action.IsToolCall,
            ArgumentsDigest = action.ArgumentsDigest,
            Capabilities = (int)action.Capabilities,
            Target = action.Target,
            Sensitivity = (int)action.Sensitivity,
            TtlTicks = action.Ttl?.Ticks,
            ProofKey = action.ProofKey?.Text,
            PolicyVersion = action.PolicyVersion,
            Justification = action.Justification,
            Groups = [.. request.Needs.Select(need => need.Group)],
            Counts = [.. request.Needs.Select(need => need.Count)],
            Barred = [.. request.Barred],
        };
    }

    public ApprovalRequest ToRequest(ApprovalId id) => new()
    {
        Id = id,
        Action = ToAction(),
        Attestor = Attestor,
        Kind = (WorkloadKind)Kind,
        Purpose = Purpose,
        Needs = [.. Groups.Zip(Counts, (group, count) => new ApprovalNeed(group, count))],
        Barred = Barred,
    };

    private ApprovalAction ToAction() => new()
    {
        TaskId = TaskId.Parse(Task),
        Tenant = Tenant,
        Workload = Workload,
        Subject = Subject,
        SubjectVersion = SubjectVersion ?? "",
        IsToolCall = IsToolCall,
        ArgumentsDigest = ArgumentsDigest ?? "",
        Capabilities = (Capabilities)Capabilities,
        Target = Target,
        Sensitivity = (Sensitivity)Sensitivity,
        Ttl = TtlTicks is { } ticks ? TimeSpan.FromTicks(ticks) : null,
        ProofKey = ProofKey is null ? null : CredBroker.ProofKey.Parse(ProofKey),
        PolicyVersion = PolicyVersion,
        Justification = Justification ?? "",
    };
}
