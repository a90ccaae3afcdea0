using CredBroker.Benchmarks.Processes;
using CredBroker.Leases;
using CredBroker.Tasks;

namespace CredBroker.Benchmarks.Seeding;

/// <summary>Tasks and leases as long as those that the broker records.</summary>
internal static class SeededLease
{
    private const string Version = "0123456789abcdef";

    public static AgentTask TaskOf(TaskId id, TaskToken token, int workload, TimeSpan life) => new()
    {
        Id = id,
        Tenant = BenchCatalogue.Tenant,
        Subject = $"spiffe://bench.test/agent/seeded-{workload:d6}",
        Attestor = "spiffe_jwt",
        Kind = WorkloadKind.Agent,
        Selectors = ["trust_domain:bench.test"],
        EvidenceDigest = new string('e', 64),
        Purpose = "reconcile-invoices",
        Intent = "match March invoices to payments",
        TransactionId = id.Value,
        TokenHash = token.SecretHash,
        HeartbeatInterval = life,
        ReattestEvery = life,
        MaxDuration = life,
    };

    public static LeaseTerms TermsOf(AgentTask task) => new()
    {
        TaskId = task.Id,
        Tenant = task.Tenant,
        Workload = task.Subject,
        Template = BenchCatalogue.Template,
        TemplateVersion = Version,
        Target = "orders-api",
        Sensitivity = Sensitivity.Internal,
        Risk = RiskLevel.Low,
        Capabilities = Capabilities.Read,
        Backend = BackendNames.Token,
        Revocability = Revocability.Bounded,
        Renewable = true,
        PolicyVersion = Version,
        Policies = ["template-bounds"],
        Audience = BenchCatalogue.Audience,
        Scopes = ["orders:read"],
        Labels = LabelsOf(task),
    };

    private static IReadOnlyList<string> LabelsOf(AgentTask task) =>
    [
        LeaseLabel.Of("tenant", task.Tenant),
        LeaseLabel.Of("workload", task.Subject),
        LeaseLabel.Of("template", BenchCatalogue.Template),
        LeaseLabel.Of("target", "orders-api"),
        LeaseLabel.Of("sensitivity", "internal"),
        LeaseLabel.Of("risk", "low"),
        LeaseLabel.Of("backend", BackendNames.Token),
        LeaseLabel.Of("policy_version", Version),
        LeaseLabel.Of("task", task.Id.Value),
        LeaseLabel.Of("selector", task.Selectors[0]),
    ];
}
