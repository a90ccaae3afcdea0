using System.Text.Json.Serialization;
using CredBroker.Leases;

namespace CredBroker.Server.Storage.Redis;

/// <summary>The terms of a lease with names as short as a million of them ask for.</summary>
internal sealed class StoredTerms
{
    private const string TaskKey = "task";

    [JsonPropertyName("t")] public required string Task { get; init; }

    [JsonPropertyName("n")] public required string Tenant { get; init; }

    [JsonPropertyName("w")] public required string Workload { get; init; }

    [JsonPropertyName("p")] public required string Template { get; init; }

    [JsonPropertyName("v")] public required string TemplateVersion { get; init; }

    [JsonPropertyName("g")] public required string Target { get; init; }

    [JsonPropertyName("s")] public required int Sensitivity { get; init; }

    [JsonPropertyName("r")] public required int Risk { get; init; }

    [JsonPropertyName("c")] public required int Capabilities { get; init; }

    [JsonPropertyName("b")] public required string Backend { get; init; }

    [JsonPropertyName("k")] public string? BackendKey { get; init; }

    [JsonPropertyName("y")] public required int Revocability { get; init; }

    [JsonPropertyName("e")] public bool Renewable { get; init; }

    [JsonPropertyName("q")] public bool CountsPerWorkload { get; init; }

    [JsonPropertyName("o")] public required string PolicyVersion { get; init; }

    [JsonPropertyName("d")] public string? Policies { get; init; }

    [JsonPropertyName("a")] public string? Audience { get; init; }

    [JsonPropertyName("x")] public string? Scopes { get; init; }

    [JsonPropertyName("l")] public string? Labels { get; init; }

    [JsonPropertyName("f")] public string? BoundTo { get; init; }

    [JsonPropertyName("z")] public string? ApprovalId { get; init; }

    [JsonPropertyName("i")] public string? TraceContext { get; init; }

    public static StoredTerms From(LeaseTerms terms) => new()
    {
        Task = terms.TaskId.Value,
        Tenant = terms.Tenant,
        Workload = terms.Workload,
        Template = terms.Template,
        TemplateVersion = terms.TemplateVersion,
        Target = terms.Target,
        Sensitivity = (int)terms.Sensitivity,
        Risk = (int)terms.Risk,
        Capabilities = (int)terms.Capabilities,
        Backend = terms.Backend,
        BackendKey = terms.BackendKey == terms.Backend ? null : terms.BackendKey,
        Revocability = (int)terms.Revocability,
        Renewable = terms.Renewable,
        CountsPerWorkload = terms.CountsPerWorkload,
        PolicyVersion = terms.PolicyVersion,
        Policies = Join(terms.Policies),
        Audience = terms.Audience,
        Scopes = Join(terms.Scopes),
        Labels = Join(terms.Labels),
        ApprovalId = terms.ApprovalId?.Value,
        TraceContext = terms.TraceContext,
        BoundTo = terms.IsBoundToTaskKey ? TaskKey : terms.BoundTo?.Text,
    };

    public LeaseTerms ToTerms() => new()
    {
        TaskId = TaskId.Parse(Task),
        Tenant = Tenant,
        Workload = Workload,
        Template = Template,
        TemplateVersion = TemplateVersion,
        Target = Target,
        Sensitivity = (Sensitivity)Sensitivity,
        Risk = (RiskLevel)Risk,
        Capabilities = (Capabilities)Capabilities,
        Backend = Backend,
        BackendKey = BackendKey ?? Backend,
        Revocability = (Revocability)Revocability,
        Renewable = Renewable,
        CountsPerWorkload = CountsPerWorkload,
        PolicyVersion = PolicyVersion,
        Policies = Split(Policies),
        Audience = Audience,
        Scopes = Split(Scopes),
        Labels = Split(Labels),
        BoundTo = BoundTo is null or TaskKey ? null : ProofKey.Parse(BoundTo),
        IsBoundToTaskKey = BoundTo is TaskKey,
        TraceContext = TraceContext,
        ApprovalId = ApprovalId is null ? null : CredBroker.ApprovalId.Parse(ApprovalId),
    };

    private static string? Join(IReadOnlyList<string> parts) => parts.Count == 0 ? null : string.Join(' ', parts);

    private static string[] Split(string? text) => text is null ? [] : text.Split(' ');
}
