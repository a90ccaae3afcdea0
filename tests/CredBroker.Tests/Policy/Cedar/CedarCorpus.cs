using System.Collections.Frozen;
using CredBroker.Policy.Cedar.Documents;

namespace CredBroker.Tests.Policy.Cedar;

/// <summary>
/// Policy sets and requests made at random, the same for the same seed. Names come from small pools so that heads match now and
/// then, and some conditions fail when they are evaluated.
/// </summary>
internal sealed class CedarCorpus(int seed)
{
    private static readonly string[] Actions = ["read", "write", "delegate", "renew"];
    private static readonly string[] Subjects = ["spiffe://acme.test/agent/one", "spiffe://acme.test/agent/two", "spiffe://acme.test/orchestrator"];
    private static readonly string[] Tenants = ["payments", "billing", "Zürich \"AG\"\\"];
    private static readonly string[] Templates = ["orders-api", "orders-db-read", "ledger-write", "wiki"];
    private static readonly string[] Targets = ["orders", "ledger", "wiki"];
    private static readonly string[] Levels = ["public", "internal", "confidential", "restricted"];
    private static readonly string[] Risks = ["low", "medium", "high", "critical"];
    private static readonly string[] Kinds = ["agent", "orchestrator", "service", "human"];
    private static readonly string[] Groups = ["payments-oncall", "security"];

    private static readonly string[] Conditions =
    [
        "principal.kind == \"{kind}\"",
        "resource.sensitivity == \"{level}\"",
        "resource.sensitivity_level >= {number}",
        "resource.risk_level > {number}",
        "context.task.depth < {number}",
        "context.live_leases + {number} < 4",
        "context.workload_leases + context.workload_template_leases < {number}",
        "context.ttl <= duration(\"{number}m\")",
        "context.task.purpose.declared_by == \"orchestrator\" || resource.risk_level < {number}",
        "context.task.purpose.value like \"*con*e\"",
        "context has source && context.source.isInRange(ip(\"10.{number}.0.0/16\"))",
        "context.task.hasTag(\"env\") && context.task.getTag(\"env\").value == \"prod\"",
        "context.holding.contains({ sensitivity: \"{level}\", capability: \"{action}\" })",
        "context.held.contains({ target: \"{target}\", sensitivity: \"{level}\", capability: \"read\" })",
        "context has approval && context.approval.groups.contains(\"{group}\")",
        "principal in Tenant::\"{tenant}\" && resource in Target::\"{target}\"",
        "principal.selectors.contains(\"spiffe:trust_domain:acme.test\")",
        "resource.capabilities.containsAll([\"read\", \"{action}\"])",
        "if context.live_leases > {number} then principal.kind == \"human\" else true",
        "context.now < datetime(\"2026-0{number}-02\")",
        // These fail where what they look at is not there, or is too large.
        "context.approval.groups.contains(\"{group}\")",
        "context.source.isLoopback()",
        "context.task.getTag(\"env\").value == \"prod\"",
        "context.live_leases + 9223372036854775807 > {number}",
        "principal.mother == {number}",
        "ip(context.task.purpose.value).isIpv4()",
    ];

    private readonly Random _random = new(seed);

    public IReadOnlyList<CedarPolicy> NextPolicies() => [.. Enumerable.Range(0, 1 + _random.Next(12)).Select(NextPolicy)];

    public Ask NextAsk()
    {
        var level = _random.Next(Levels.Length);
        var risk = _random.Next(Risks.Length);
        return new Ask
        {
            Action = Pick(Actions),
            Subject = Pick(Subjects),
            Kind = Pick(Kinds),
            Tenant = Pick(Tenants),
            Template = Pick(Templates),
            Target = Pick(Targets),
            Sensitivity = Levels[level],
            SensitivityLevel = level + 1,
            Risk = Risks[risk],
            RiskLevel = risk + 1,
            Purpose = Pick(["reconcile", "", "line one\nline \u2028two", "10.0.0.1"]),
            DeclaredBy = Pick(["agent", "orchestrator"]),
            Labels = Often() ? new Dictionary<string, string> { ["env"] = Pick(["prod", "test"]), ["ticket"] = "INC-1" } : new Dictionary<string, string>(),
            Depth = _random.Next(4),
            Ttl = Pick(["30s", "60s", "3600s"]),
            Held = [.. Enumerable.Range(0, _random.Next(4)).Select(_ => (Pick(Targets), Pick(Levels), Pick(["read", "write", "delegate"])))],
        };
    }

    private CedarPolicy NextPolicy(int number)
    {
        var principal = Seldom() ? Pick([("Workload", Pick(Subjects)), ("Tenant", Pick(Tenants)), ("Kind", Pick(Kinds))]) : ((string, string)?)null;
        var resource = Seldom() ? Pick([("Template", Pick(Templates)), ("Target", Pick(Targets)), ("Sensitivity", Pick(Levels)), ("Risk", Pick(Risks))]) : ((string, string)?)null;
        var actions = Often() ? Enumerable.Range(0, 1 + _random.Next(2)).Select(_ => Pick(Actions)).Distinct().ToArray() : null;
        var clauses = Enumerable.Range(0, _random.Next(3)).Select(_ => $"{Pick(["when", "unless"])} {{ {NextCondition()} }}");
        var text = $"{Pick(["permit", "permit", "forbid"])} ({Head("principal", principal)}, {Head(actions)}, {Head("resource", resource)}) {string.Join(' ', clauses)};";
        return Policies.Of($"p{number}", text, new PolicyScope(Key(principal), actions?.ToFrozenSet(), Key(resource)));
    }

    private string NextCondition() => Pick(Conditions)
        .Replace("{number}", _random.Next(1, 4).ToString(System.Globalization.CultureInfo.InvariantCulture), StringComparison.Ordinal)
        .Replace("{kind}", Pick(Kinds), StringComparison.Ordinal)
        .Replace("{level}", Pick(Levels), StringComparison.Ordinal)
        .Replace("{action}", Pick(Actions), StringComparison.Ordinal)
        .Replace("{group}", Pick(Groups), StringComparison.Ordinal)
        .Replace("{target}", Pick(Targets), StringComparison.Ordinal)
        .Replace("{tenant}", Quoted(Pick(Tenants)), StringComparison.Ordinal);

    private string Head(string variable, (string Type, string Id)? entity) => entity is var (type, id)
        ? $"{variable} {Pick(["==", "in"])} {type}::\"{Quoted(id)}\""
        : variable;

    private static string Head(string[]? actions) => actions switch
    {
        null => "action",
        [var one] => $"action == Action::\"{one}\"",
        _ => $"action in [{string.Join(", ", actions.Select(action => $"Action::\"{action}\""))}]",
    };

    private static EntityKey? Key((string Type, string Id)? entity) => entity is var (type, id) ? new EntityKey(type, id) : null;

    private static string Quoted(string text) => text.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal);

    private T Pick<T>(T[] from) => from[_random.Next(from.Length)];

    private bool Often() => _random.Next(2) == 0;

    private bool Seldom() => _random.Next(4) == 0;
}
