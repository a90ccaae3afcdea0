using System.Text.Json.Serialization;
using CredBroker.Tasks;

namespace CredBroker.Server.Storage.Redis;

/// <summary>What does not change about a task.</summary>
internal sealed class StoredTask
{
    [JsonPropertyName("ref")] public string? TaskRef { get; init; }

    [JsonPropertyName("up")] public string[]? Ancestors { get; init; }

    [JsonPropertyName("for")] public string[]? AncestorSubjects { get; init; }

    [JsonPropertyName("ceiling")] public StoredDelegation[]? Ceiling { get; init; }

    [JsonPropertyName("tenant")] public required string Tenant { get; init; }

    [JsonPropertyName("sub")] public required string Subject { get; init; }

    [JsonPropertyName("by")] public required string Attestor { get; init; }

    [JsonPropertyName("kind")] public required int Kind { get; init; }

    [JsonPropertyName("sel")] public string[]? Selectors { get; init; }

    [JsonPropertyName("attr")] public Dictionary<string, string>? Attributes { get; init; }

    [JsonPropertyName("ev")] public required string EvidenceDigest { get; init; }

    [JsonPropertyName("purpose")] public required string Purpose { get; init; }

    [JsonPropertyName("intent")] public string? Intent { get; init; }

    [JsonPropertyName("labels")] public Dictionary<string, string>? Labels { get; init; }

    [JsonPropertyName("vouched")] public string[]? Vouched { get; init; }

    [JsonPropertyName("txn")] public required string TransactionId { get; init; }

    [JsonPropertyName("max")] public required long MaxDurationMs { get; init; }

    public static StoredTask From(AgentTask task) => new()
    {
        TaskRef = task.TaskRef,
        Ancestors = task.Ancestors.Count == 0 ? null : [.. task.Ancestors.Select(id => id.Value)],
        AncestorSubjects = task.AncestorSubjects.Count == 0 ? null : [.. task.AncestorSubjects],
        Ceiling = task.Ceiling is null ? null : [.. task.Ceiling.Select(StoredDelegation.From)],
        Tenant = task.Tenant,
        Subject = task.Subject,
        Attestor = task.Attestor,
        Kind = (int)task.Kind,
        Selectors = task.Selectors.Count == 0 ? null : [.. task.Selectors],
        Attributes = task.Attributes.Count == 0 ? null : new Dictionary<string, string>(task.Attributes),
        EvidenceDigest = task.EvidenceDigest,
        Purpose = task.Purpose,
        Intent = task.Intent.Length == 0 ? null : task.Intent,
        Labels = task.Labels.Count == 0 ? null : new Dictionary<string, string>(task.Labels),
        Vouched = task.Vouched.Count == 0 ? null : [.. task.Vouched],
        TransactionId = task.TransactionId,
        MaxDurationMs = (long)task.MaxDuration.TotalMilliseconds,
    };
}
