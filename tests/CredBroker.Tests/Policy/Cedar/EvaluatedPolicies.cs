using CredBroker.Leases;
using CredBroker.Policy;
using CredBroker.Policy.Cedar;
using CredBroker.Policy.Cedar.Documents;
using CredBroker.Tasks;
using CredBroker.Templates;
using CredBroker.Tests.Templates;
using Microsoft.Extensions.Logging.Testing;
using Microsoft.Extensions.Time.Testing;

namespace CredBroker.Tests.Policy.Cedar;

/// <summary>An evaluator of policies that a test writes, with templates and leases to ask about.</summary>
internal sealed class EvaluatedPolicies : IDisposable
{
    public static readonly Template Orders = new()
    {
        Name = "orders",
        Version = "0123456789abcdef",
        Owner = "payments-platform",
        Tenants = ["payments"],
        Subjects = [SubjectPattern.Parse("spiffe://acme.test/*")],
        Target = "orders-db",
        Sensitivity = Sensitivity.Internal,
        Risk = RiskLevel.Low,
        Capabilities = Capabilities.Read | Capabilities.Write | Capabilities.Delegate,
        DefaultTtl = TimeSpan.FromMinutes(2),
        MaxTtl = TimeSpan.FromMinutes(10),
        Backend = new TokenTemplateBackend("https://orders.acme.test", ["orders:read"], ["orders:write"]),
    };

    public static readonly PolicyRequest Request = new() { Task = PolicyTasks.Agent, Template = Orders, Requested = Capabilities.Read };

    private readonly PolicyLibrary _library = new();

    public FakeLeaseIndex Leases { get; } = new();

    public FakeTimeProvider Time { get; } = new(new DateTimeOffset(2026, 3, 1, 12, 0, 0, TimeSpan.Zero));

    public FakeLogger<CedarPolicyEvaluator> Logger { get; } = new();

    public string Version => _library.Version;

    private CedarPolicyEvaluator Evaluator => new(_library, new TemplateBoundsEvaluator(), new HeldLeases(Leases), Leases, Time, Logger);

    /// <summary>Puts policies in force, as a file holds them.</summary>
    public EvaluatedPolicies Use(string policies)
    {
        using var folder = new TempFolder();
        folder.Write("all.cedar", policies);
        var reading = PolicyFolder.Read(folder.Path, TestCedar.Module);
        Assert.That(reading.Faults, Is.Empty);
        return Use(reading.Set!);
    }

    public EvaluatedPolicies Use(CedarPolicySet set)
    {
        _library.Replace(new CedarPolicies(set, TestCedar.Module, instances: 1));
        return this;
    }

    public ValueTask<PolicyDecision> EvaluateAsync(PolicyRequest request) => Evaluator.EvaluateAsync(request, CancellationToken.None);

    public ValueTask<PolicyDecision> EvaluateOpeningAsync(AgentTask task) => Evaluator.EvaluateOpeningAsync(task, source: null, CancellationToken.None);

    public ValueTask<PolicyDecision> EvaluateToolCallAsync(ToolCall call) => Evaluator.EvaluateToolCallAsync(call, CancellationToken.None);

    /// <summary>Adds a live lease of a task.</summary>
    public LeaseId Hold(AgentTask task, string target, Sensitivity sensitivity, Capabilities capabilities)
    {
        var id = LeaseId.New(task.Id.Bucket, Time.GetUtcNow());
        var terms = new LeaseTerms
        {
            TaskId = task.Id,
            Tenant = task.Tenant,
            Workload = task.Subject,
            Template = target,
            TemplateVersion = "0",
            Target = target,
            Sensitivity = sensitivity,
            Risk = RiskLevel.Low,
            Capabilities = capabilities,
            Backend = BackendNames.Token,
            Revocability = Revocability.Instant,
            Renewable = true,
            PolicyVersion = "0",
            Labels = [.. task.Ancestors.Prepend(task.Id).Select(one => LeaseLabel.Of("task", one.Value))],
        };
        var now = Time.GetUtcNow();
        Leases.Live.Add(new Lease
        {
            Id = id,
            Terms = terms,
            State = LeaseState.Active,
            Generation = 1,
            IssuedAt = now,
            ExpiresAt = now + Orders.DefaultTtl,
            MaxExpiresAt = now + Orders.MaxTtl,
        });
        return id;
    }

    public void Dispose() => _library.Dispose();
}
