using System.Diagnostics;
using System.Text;
using CredBroker.Benchmarks.Processes;
using CredBroker.Policy;
using CredBroker.Policy.Cedar;
using CredBroker.Policy.Cedar.Wasm;
using CredBroker.Templates;
using CredBroker.Testing;
using CredBroker.Testing.Broker;
using Microsoft.Extensions.Logging.Abstractions;

namespace CredBroker.Benchmarks.Policies;

/// <summary>Templates and policies in folders, loaded as a broker loads them.</summary>
internal sealed class DecisionSet : IDisposable
{
    public const int LargePolicies = 1_000;

    private const int SmallTemplates = 10;
    private const int LargeTemplates = 10_000;

    private static readonly string Starter = Path.Combine(Repository.Root, "samples", "policies", "starter");

    private readonly PolicyLibrary _library = new();
    private readonly CedarModule _module;

    private DecisionSet(int templates, int policies)
    {
        using var folder = new ScratchFolder();
        File.WriteAllText(Path.Combine(folder.Make("templates"), "all.yaml"), TemplatesText(templates));
        foreach (var file in Directory.GetFiles(Starter)) File.Copy(file, Path.Combine(folder.Make("policies"), Path.GetFileName(file)));
        File.WriteAllText(folder.Combine("policies", "templates.cedar"), PoliciesText(policies));
        _module = CedarModule.Load(BrokerPolicies.CacheFolder, NullLogger.Instance);

        var begun = Stopwatch.GetTimestamp();
        var catalogue = CatalogueReader.Read(folder.Combine("templates")).Set ?? throw new BenchException("The templates cannot be read.");
        new PolicyReloader(
            folder.Combine("policies"), TimeSpan.FromHours(1), _library, _module, new NoAuditLog(), TimeProvider.System, NullLogger<PolicyReloader>.Instance).LoadInitial();
        LoadTime = Stopwatch.GetElapsedTime(begun);

        Templates = [.. catalogue.Templates.Values.OrderBy(template => template.Name, StringComparer.Ordinal)];
        Evaluator = new CedarPolicyEvaluator(
            _library, new TemplateBoundsEvaluator(), new HeldLeases(new NoLeaseIndex()), new NoLeaseIndex(), TimeProvider.System, NullLogger<CedarPolicyEvaluator>.Instance);
    }

    public TimeSpan LoadTime { get; }

    public IReadOnlyList<Template> Templates { get; }

    public IPolicyEvaluator Evaluator { get; }

    /// <summary>The starter set and a few templates.</summary>
    public static DecisionSet Small() => new(SmallTemplates, 0);

    /// <summary>The starter set among policies for single templates, a thousand in all but for the starter set's own, and ten thousand templates.</summary>
    public static DecisionSet Large() => new(LargeTemplates, LargePolicies);

    public void Dispose()
    {
        _library.Dispose();
        _module.Dispose();
    }

    private static string TemplatesText(int count)
    {
        var text = new StringBuilder();
        for (var i = 0; i < count; i++)
        {
            text.Append(i == 0 ? "" : "\n---\n").Append($$"""
                apiVersion: credbroker/v1
                kind: Template
                metadata: { name: t{{i}}, owner: payments-platform }
                spec:
                  tenants: [payments]
                  subjects: ["spiffe://acme.test/agent/*"]
                  target: orders-api
                  risk: low
                  capabilities: [read]
                  ttl: { default: 2m, max: 10m }
                  backend:
                    token: { audience: "https://orders.acme.test", scopes: { read: ["orders:read"] } }
                """);
        }

        return text.Append("""

            ---
            apiVersion: credbroker/v1
            kind: Target
            metadata: { name: orders-api, owner: payments-platform }
            spec: { sensitivity: internal }
            """).ToString();
    }

    /// <summary>Each for a template of its own; half of them permit something, half forbid something else.</summary>
    private static string PoliciesText(int count)
    {
        var text = new StringBuilder();
        for (var i = 0; i < count; i++)
        {
            text.AppendLine(i % 2 == 0
                ? $$"""@id("own-{{i}}") @max_ttl("5m") permit (principal, action == Action::"read", resource == Template::"t{{i}}") when { context.task.depth < 3 };"""
                : $$"""@id("own-{{i}}") forbid (principal, action == Action::"read", resource == Template::"t{{i}}") when { context.task.purpose.value like "*mischief*" };""");
        }

        return text.ToString();
    }
}
