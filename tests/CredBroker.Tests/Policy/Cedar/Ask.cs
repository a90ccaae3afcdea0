using System.Text.Json;
using CredBroker.Policy;
using CredBroker.Policy.Cedar.Decisions;
using CredBroker.Policy.Cedar.Documents;
using CredBroker.Templates;

namespace CredBroker.Tests.Policy.Cedar;

/// <summary>A request as Cedar gets it, with what a test does not care about filled in.</summary>
internal sealed record Ask
{
    public string Action { get; init; } = "read";

    public string Subject { get; init; } = "spiffe://acme.test/agent/one";

    public string Kind { get; init; } = "agent";

    public string Tenant { get; init; } = "payments";

    public string Template { get; init; } = "orders-api";

    public string Target { get; init; } = "orders";

    public string Sensitivity { get; init; } = "internal";

    public long SensitivityLevel { get; init; } = 2;

    public string Risk { get; init; } = "low";

    public long RiskLevel { get; init; } = 1;

    public string Purpose { get; init; } = "reconcile";

    public string DeclaredBy { get; init; } = "agent";

    public IReadOnlyDictionary<string, string> Labels { get; init; } = new Dictionary<string, string>();

    public long Depth { get; init; }

    public string Ttl { get; init; } = "120s";

    public long LiveLeases { get; init; }

    public string? Source { get; init; }

    public IReadOnlyList<string>? Approval { get; init; }

    public IReadOnlyList<(string Target, string Sensitivity, string Capability)> Held { get; init; } = [];

    public DecisionScope Scope => new(Action)
    {
        Principal = new EntityKey("Workload", Subject),
        Tenant = new EntityKey("Tenant", Tenant),
        Kind = new EntityKey("Kind", Kind),
        Resource = new EntityKey("Template", Template),
        Target = new EntityKey("Target", Target),
        Sensitivity = new EntityKey("Sensitivity", Sensitivity),
        Risk = new EntityKey("Risk", Risk),
    };

    public byte[] Json => JsonSerializer.SerializeToUtf8Bytes(Members());

    public Dictionary<string, object> Members() => new()
    {
        ["principal"] = Uid("Workload", Subject),
        ["resource"] = Uid("Template", Template),
        ["context"] = Context(),
        ["entities"] = new object[] { Workload(), TemplateEntity(), TaskEntity() },
    };

    /// <summary>The same as the evaluator is asked; it knows neither source nor approval.</summary>
    public PolicyRequest ToRequest() => new()
    {
        Task = PolicyTasks.Agent with
        {
            Subject = Subject,
            Tenant = Tenant,
            Kind = Enum.Parse<WorkloadKind>(Kind, ignoreCase: true),
            Purpose = Purpose,
            Labels = Labels,
            Vouched = DeclaredBy == "agent" ? [] : ["purpose", "intent", .. Labels.Keys.Select(name => $"label:{name}")],
            Ancestors = [.. Enumerable.Repeat(PolicyTasks.Agent.Id, (int)Depth)],
        },
        Template = EvaluatedPolicies.Orders with
        {
            Name = Template,
            Target = Target,
            Sensitivity = (Sensitivity)SensitivityLevel,
            Risk = (RiskLevel)RiskLevel,
        },
        Requested = Enum.TryParse<Capabilities>(Action, ignoreCase: true, out var capability) ? capability : Capabilities.Read,
        Ttl = DurationText.TryParse(Ttl, out var ttl) ? ttl : throw new FormatException(Ttl),
    };

    private Dictionary<string, object> Context()
    {
        var context = new Dictionary<string, object>
        {
            ["task"] = new { __entity = Uid("Task", "t1") },
            ["requested"] = new[] { Action },
            ["ttl"] = Extension("duration", Ttl),
            ["held"] = Held.Select(one => new { target = one.Target, sensitivity = one.Sensitivity, capability = one.Capability }),
            ["holding"] = Held.Select(one => new { sensitivity = one.Sensitivity, capability = one.Capability }).Distinct(),
            ["live_leases"] = LiveLeases,
            ["workload_leases"] = LiveLeases,
            ["workload_template_leases"] = LiveLeases,
            ["now"] = Extension("datetime", "2026-03-01T12:00:00Z"),
        };
        if (Source is not null) context["source"] = Extension("ip", Source);
        if (Approval is not null) context["approval"] = new { groups = Approval };
        return context;
    }

    private object Workload() => Entity("Workload", Subject, [Uid("Tenant", Tenant), Uid("Kind", Kind)], new
    {
        subject = Subject,
        attestor = "spiffe_jwt",
        kind = Kind,
        tenant = Tenant,
        selectors = new[] { "spiffe:trust_domain:acme.test" },
    });

    private object TemplateEntity() => Entity("Template", Template, [Uid("Target", Target), Uid("Sensitivity", Sensitivity), Uid("Risk", Risk)], new
    {
        name = Template,
        owner = "payments-platform",
        target = Target,
        sensitivity = Sensitivity,
        sensitivity_level = SensitivityLevel,
        risk = Risk,
        risk_level = RiskLevel,
        capabilities = new[] { "read", "write", "delegate" },
    });

    private object TaskEntity() => new
    {
        uid = Uid("Task", "t1"),
        attrs = new { purpose = Claim(Purpose), intent = Claim(""), depth = Depth, age = Extension("duration", "30s") },
        parents = Array.Empty<object>(),
        tags = Labels.ToDictionary(label => label.Key, label => Claim(label.Value)),
    };

    private object Claim(string value) => new { value, declared_by = DeclaredBy };

    private static object Entity(string type, string id, object[] parents, object attrs) => new { uid = Uid(type, id), attrs, parents };

    private static object Extension(string function, string argument) => new { __extn = new { fn = function, arg = argument } };

    private static object Uid(string type, string id) => new { type, id };
}
