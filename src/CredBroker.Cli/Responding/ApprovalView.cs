using CredBroker.Client.Operators;

namespace CredBroker.Cli.Responding;

/// <summary>A request for approval for people.</summary>
internal static class ApprovalView
{
    public static string[] Columns { get; } = ["APPROVAL", "STATE", "LAPSES", "ASKS FOR", "OF", "WORKLOAD", "APPROVED BY", "NEEDS", "WHY"];

    public static IReadOnlyList<string> Row(ApprovalRequest request) =>
    [
        request.Id, $"{request.State}", $"{request.LapsesAt:u}", What(request), request.Target, request.Workload, Approvers(request), Needs(request),
        request.Justification,
    ];

    public static (string Name, string? Value)[] Of(ApprovalRequest request) =>
    [
        ("approval", request.Id), ("state", $"{request.State}"), ("asks for", What(request)), ("of", request.Target),
        ("sensitivity", request.Sensitivity?.ToString()), ("ttl", request.Ttl is { } ttl ? $"{ttl:c}" : null),
        ("arguments", TextOrNull(request.ArgumentsDigest)), ("workload", request.Workload), ("tenant", request.Tenant), ("task", request.TaskId),
        ("purpose", request.Purpose), ("why", TextOrNull(request.Justification)), ("needs", Needs(request)), ("approved by", TextOrNull(Approvers(request))),
        ("denied by", TextOrNull(string.Join(", ", request.Decisions.Where(one => !one.Approve).Select(one => one.Principal)))),
        ("lapses at", $"{request.LapsesAt:u}"), ("lease", TextOrNull(request.LeaseId)),
    ];

    private static string What(ApprovalRequest request) =>
        $"{string.Join('+', request.Capabilities.Select(capability => $"{capability}".ToLowerInvariant()))} by {(request.IsToolCall ? "tool" : "template")} {request.Subject}";

    private static string Needs(ApprovalRequest request) => string.Join(" and ", request.Needs.Select(need => $"{need.Value} of {need.Key}"));

    private static string Approvers(ApprovalRequest request) => string.Join(", ", request.Decisions.Where(one => one.Approve).Select(one => one.Principal));

    private static string? TextOrNull(string text) => text.Length == 0 ? null : text;
}
