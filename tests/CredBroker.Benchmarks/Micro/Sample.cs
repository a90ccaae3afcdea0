using CredBroker.Leases;
using CredBroker.Tasks;
using CredBroker.Templates;

namespace CredBroker.Benchmarks.Micro;

/// <summary>A task, a template and a lease as the issue path sees them.</summary>
internal static class Sample
{
    private const string Version = "0123456789abcdef";
    private static readonly DateTimeOffset Now = new(2026, 3, 14, 9, 26, 53, 589, TimeSpan.Zero);

    public static AgentTask Task { get; } = new()
    {
        Id = TaskId.New(7, Now),
        Tenant = "payments",
        Subject = "spiffe://acme.test/agent/reconciler",
        Attestor = "spiffe_jwt",
        Kind = WorkloadKind.Agent,
        Selectors = ["trust_domain:acme.test"],
        EvidenceDigest = "2jmj7l5rSw0yVb_vlWAYkK_YBwk",
        Purpose = "reconcile-invoices",
        Intent = "match March invoices to payments",
        TransactionId = "txn-1",
        TokenHash = new string('a', 64),
        HeartbeatInterval = TimeSpan.FromMinutes(1),
        ReattestEvery = TimeSpan.FromHours(1),
        MaxDuration = TimeSpan.FromHours(4),
    };

    public static Template Template { get; } = new()
    {
        Name = "orders-api",
        Version = Version,
        Owner = "payments-platform",
        Description = "",
        Tenants = ["payments"],
        Subjects = [SubjectPattern.Parse("spiffe://acme.test/agent/*")],
        Target = "orders-api",
        Sensitivity = Sensitivity.Internal,
        Risk = RiskLevel.Low,
        Capabilities = Capabilities.Read | Capabilities.Write,
        DefaultTtl = TimeSpan.FromMinutes(2),
        MaxTtl = TimeSpan.FromMinutes(10),
        Renewable = true,
        Backend = new TokenTemplateBackend("https://orders.acme.test", ["orders:read"], ["orders:write"]),
    };

    public static LeaseTerms Terms { get; } = new()
    {
        TaskId = Task.Id,
        Tenant = Task.Tenant,
        Workload = Task.Subject,
        Template = Template.Name,
        TemplateVersion = Template.Version,
        Target = Template.Target,
        Sensitivity = Template.Sensitivity,
        Risk = Template.Risk,
        Capabilities = Capabilities.Read,
        Backend = "token",
        Revocability = Revocability.Bounded,
        Renewable = true,
        PolicyVersion = Version,
        Policies = ["template-bounds"],
        Audience = "https://orders.acme.test",
        Scopes = ["orders:read"],
        Labels = Issuance.LeaseLabels.Of(Task, Template, Version),
    };

    public static Lease Lease { get; } = new()
    {
        Id = LeaseId.New(7, Now),
        Terms = Terms,
        State = LeaseState.Active,
        Generation = 1,
        IssuedAt = Now,
        ExpiresAt = Now.AddMinutes(2),
        MaxExpiresAt = Now.AddMinutes(10),
    };
}
