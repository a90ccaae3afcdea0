using CredBroker.Attestation;
using CredBroker.Backends;
using CredBroker.Issuance;
using CredBroker.Tasks;
using CredBroker.Templates;
using CredBroker.Tests.Policy;
using CredBroker.Tests.Policy.Cedar;
using CredBroker.Tests.Tasks;
using CredBroker.Tokens;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;

namespace CredBroker.Tests.Issuance;

/// <summary>A tree of tasks that tried to pass each other whatever came to mind, under policies that are as arbitrary.</summary>
internal sealed class RandomTree : IDisposable
{
    public static readonly DateTimeOffset Now = new(2030, 1, 1, 12, 0, 0, TimeSpan.Zero);

    private static readonly string[] Subjects = [.. Enumerable.Range(0, 4).Select(number => $"spiffe://acme.test/agent/{number}")];
    private static readonly TimeSpan?[] Ttls = [null, TimeSpan.FromSeconds(30), TimeSpan.FromMinutes(1), TimeSpan.FromMinutes(5), TimeSpan.FromHours(2)];
    private readonly TaskGate _gate = new(new CountingTaskStore());
    private readonly DelegationCheck _check;
    private readonly Random _random;

    public RandomTree(Random random)
    {
        _random = random;
        Policy = new ArbitraryPolicy(random);
        var options = Options.Create(new DelegationOptions());
        _check = new DelegationCheck(_gate, new FixedCatalogue(Templates), Policy, options, new FakeTimeProvider(Now));
        Planner = new IssuePlanner(new FixedCatalogue(Templates), Policy, new EarlierIssue(new FakeLeaseIndex()), new BackendRegistry([new TokenBackend(new NoMinter())]), new FakeTimeProvider(Now));
    }

    public static IReadOnlyList<Template> Templates { get; } =
    [
        Of("orders-read", "orders", Capabilities.Read | Capabilities.Delegate),
        Of("orders-all", "orders", Capabilities.Read | Capabilities.Write | Capabilities.Delegate),
        Of("invoices", "invoices", Capabilities.Read | Capabilities.Write | Capabilities.Delegate),
        Of("alone", "ledger", Capabilities.Read | Capabilities.Write),
    ];

    public ArbitraryPolicy Policy { get; }

    public IssuePlanner Planner { get; }

    public FixedCatalogue Catalogue { get; } = new(Templates);

    public List<AgentTask> Tasks { get; } = [];

    /// <summary>What each task's parent asked to pass down to it, before the broker looked at it.</summary>
    public Dictionary<TaskId, IReadOnlyList<DelegatedTemplate>> Asked { get; } = [];

    public int Refused { get; private set; }

    /// <summary>Grows a root and tries to open tasks below.</summary>
    public async Task GrowAsync(int attempts)
    {
        Tasks.Add(NewTask(parent: null, ceiling: null));
        for (var attempt = 0; attempt < attempts; attempt++)
        {
            var parent = Tasks[_random.Next(Tasks.Count)];
            var draft = NewTask(parent, ceiling: null);
            var passed = SomeDelegation();
            try
            {
                var ceiling = await _check.CheckAsync(parent, IdentityOf(draft), passed, source: null, CancellationToken.None);
                Tasks.Add(draft with { Ceiling = ceiling });
                Asked[draft.Id] = passed;
            }
            catch (RefusedException refusal) when (refusal.Reason is ErrorReason.PolicyDenied or ErrorReason.CapabilityNotOffered or ErrorReason.TemplateNotFound)
            {
                Refused++;
            }
        }
    }

    public AgentTask? ParentOf(AgentTask task) => Tasks.FirstOrDefault(one => one.Id == task.ParentId);

    public void Dispose() => _gate.Dispose();

    private static Template Of(string name, string target, Capabilities capabilities) => new()
    {
        Name = name,
        Version = "0123456789abcdef",
        Owner = "payments",
        Tenants = ["payments"],
        Subjects = [SubjectPattern.Parse("spiffe://acme.test/*")],
        Target = target,
        Risk = RiskLevel.Low,
        Capabilities = capabilities,
        DefaultTtl = TimeSpan.FromMinutes(2),
        MaxTtl = TimeSpan.FromMinutes(10),
        Backend = new TokenTemplateBackend("https://orders.acme.test", [], []),
    };

    private static WorkloadIdentity IdentityOf(AgentTask task) =>
        new(task.Subject, task.Attestor, task.Tenant, task.Kind, [], task.EvidenceDigest, DateTimeOffset.MaxValue, Rule: null!);

    private AgentTask NewTask(AgentTask? parent, IReadOnlyList<DelegatedTemplate>? ceiling) => PolicyTasks.Agent with
    {
        Id = TaskId.New(0, Now),
        Subject = Subjects[_random.Next(Subjects.Length)],
        Ancestors = parent is null ? [] : [parent.Id, .. parent.Ancestors],
        AncestorSubjects = parent is null ? [] : [parent.Subject, .. parent.AncestorSubjects],
        Ceiling = ceiling,
    };

    private List<DelegatedTemplate> SomeDelegation() =>
    [
        .. Templates.Select(template => template.Name).Append("unknown").Where(_ => _random.Next(3) == 0).Select(name => new DelegatedTemplate(
            name, (Capabilities)_random.Next(1, 8), Ttls[_random.Next(Ttls.Length)])),
    ];

    internal sealed class FixedCatalogue(IReadOnlyList<Template> templates) : ITemplateCatalogue
    {
        public CatalogueSnapshot Current { get; } =
            new("0123456789abcdef", templates.ToDictionary(template => template.Name), new Dictionary<string, Target>(), []);
    }

    private sealed class NoMinter : IAccessTokenMinter
    {
        public string Mint(AccessTokenClaims claims) => throw new NotSupportedException();
    }
}
