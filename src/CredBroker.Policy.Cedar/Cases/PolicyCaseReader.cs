using System.Net;
using CredBroker.Tasks;
using CredBroker.Templates;
using CredBroker.Templates.Documents;

namespace CredBroker.Policy.Cedar.Cases;

/// <summary>Makes of a document what a broker would be asked.</summary>
internal static class PolicyCaseReader
{
    public const string Subject = "spiffe://acme.test/agent/one";
    public const string Tenant = "payments";
    public const string Attestor = "spiffe_jwt";
    public const string Purpose = "test";

    /// <summary>When every case takes place: policies that look at the time get the same each day.</summary>
    public static readonly DateTimeOffset Now = new(2026, 3, 2, 12, 0, 0, TimeSpan.Zero);

    private static readonly TimeSpan Ttl = TimeSpan.FromMinutes(5);

    public static AgentTask Task(SourceDocument document)
    {
        var id = TaskId.New(0, Now);
        return new AgentTask
        {
            Id = id,
            Ancestors = [.. Enumerable.Range(0, document.Integer("spec.request.task.depth") ?? 0).Select(_ => TaskId.New(0, Now))],
            Tenant = document.Text("spec.request.workload.tenant") ?? Tenant,
            Subject = document.Text("spec.request.workload.subject") ?? Subject,
            Attestor = document.Text("spec.request.workload.attestor") ?? Attestor,
            Kind = document.Word<WorkloadKind>("spec.request.workload.kind") ?? WorkloadKind.Agent,
            Selectors = document.List("spec.request.workload.selectors"),
            EvidenceDigest = "",
            Purpose = document.Text("spec.request.task.purpose") ?? Purpose,
            Intent = document.Text("spec.request.task.intent") ?? "",
            Vouched = document.Text("spec.request.task.declaredBy") == "orchestrator" ? ["purpose", "intent"] : [],
            TransactionId = id.Value,
            TokenHash = "",
            HeartbeatInterval = Ttl,
            ReattestEvery = Ttl,
            MaxDuration = Ttl,
            OpenedAt = Now - (document.Duration("spec.request.task.age") ?? TimeSpan.Zero),
        };
    }

    public static PolicyRequest Use(SourceDocument document, AgentTask task)
    {
        var action = document.Text("spec.request.action")!;
        var asked = Capability(action == "renew" ? document.Text("spec.request.capability") ?? "read" : action);
        return new PolicyRequest
        {
            Task = task,
            Template = Template(document, task, asked),
            Requested = asked,
            Ttl = document.Duration("spec.request.ttl"),
            IsRenewal = action == "renew",
            Source = Source(document),
        };
    }

    public static ToolCall Call(SourceDocument document, AgentTask task)
    {
        var name = document.Text("spec.request.tool.name")!;
        return new ToolCall
        {
            Task = task,
            Tool = name,
            Capability = Capability(document.Text("spec.request.capability") ?? "read"),
            Target = document.Text("spec.request.tool.target") ?? name,
            Sensitivity = document.Word<Sensitivity>("spec.request.tool.sensitivity") ?? Sensitivity.Internal,
            Source = Source(document),
        };
    }

    public static IPAddress? Source(SourceDocument document) =>
        document.Text("spec.request.workload.source") is { } source ? IPAddress.Parse(source) : null;

    public static Capabilities Capability(string word) => Enum.Parse<Capabilities>(word, ignoreCase: true);

    /// <summary>A template whose own bounds stand in nobody's way: it is the policies that are tried.</summary>
    private static Template Template(SourceDocument document, AgentTask task, Capabilities asked)
    {
        var name = document.Text("spec.request.template.name")!;
        return new Template
        {
            Name = name,
            Version = "",
            Owner = document.Text("spec.request.template.owner") ?? "",
            Tenants = [task.Tenant],
            Subjects = [SubjectPattern.Parse(task.Subject)],
            Target = document.Text("spec.request.template.target") ?? name,
            Sensitivity = document.Word<Sensitivity>("spec.request.template.sensitivity") ?? Sensitivity.Internal,
            Risk = document.Word<RiskLevel>("spec.request.template.risk") ?? RiskLevel.Low,
            Capabilities = asked,
            DefaultTtl = Ttl,
            MaxTtl = Ttl,
            Backend = new TokenTemplateBackend("policy-case", [], []),
        };
    }
}
