using CredBroker.Policy.Cedar.Documents;
using CredBroker.Policy.Cedar.Wasm;
using CredBroker.Templates;
using CredBroker.Templates.Documents;
using CredBroker.Templates.Yaml;
using Microsoft.Extensions.Logging.Abstractions;

namespace CredBroker.Policy.Cedar.Cases;

/// <summary>Tries a folder of policies with a folder of cases, by the same code that decides in a broker. Nothing is issued and no broker is asked.</summary>
public static class PolicyCases
{
    private static readonly IReadOnlyList<string> Extensions = [".yaml", ".yml"];

    /// <summary>Tries them.</summary>
    /// <exception cref="OperationCanceledException">The caller gave up.</exception>
    public static async Task<PolicyCaseReport> RunAsync(string policies, string cases, CedarModule module, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(module);
        var reading = PolicyFolder.Read(policies, module, cancellationToken);
        var (documents, faults) = ReadCases(cases, cancellationToken);
        if (reading.Set is not { } set || faults.Count > 0) return new PolicyCaseReport("", [.. reading.Faults, .. faults], []);

        using var library = new PolicyLibrary();
        library.Replace(new CedarPolicies(set, module, instances: 1));
        var results = new List<PolicyCaseResult>();
        foreach (var document in documents) results.Add(await RunAsync(document, library, cancellationToken));
        return new PolicyCaseReport(set.Version, [], results);
    }

    private static (List<SourceDocument> Documents, IReadOnlyList<CatalogueFault> Faults) ReadCases(string folder, CancellationToken cancellationToken)
    {
        var texts = FolderTexts.Read(folder, Extensions, cancellationToken);
        var documents = texts.Texts
            .SelectMany(text => YamlTextParser.Parse(text.Text, text.File))
            .Select(document => DocumentKinds.Read(document, [PolicyCaseDocument.Kind]))
            .OfType<SourceDocument>()
            .ToList();
        if (documents.Count == 0 && texts.Faults.Count == 0) texts.RefuseEmpty(folder);
        return (documents, texts.Faults);
    }

    private static async Task<PolicyCaseResult> RunAsync(SourceDocument document, PolicyLibrary library, CancellationToken cancellationToken)
    {
        var task = PolicyCaseReader.Task(document);
        var leases = CaseLeases.Of(document, task);
        var evaluator = new CedarPolicyEvaluator(
            library, new TemplateBoundsEvaluator(), new HeldLeases(leases), leases, new CaseTime(), NullLogger<CedarPolicyEvaluator>.Instance);
        var decision = document.Text("spec.request.action") switch
        {
            "openTask" => await evaluator.EvaluateOpeningAsync(task, PolicyCaseReader.Source(document), cancellationToken),
            "callTool" => await evaluator.EvaluateToolCallAsync(PolicyCaseReader.Call(document, task), cancellationToken),
            _ => await evaluator.EvaluateAsync(PolicyCaseReader.Use(document, task), cancellationToken),
        };
        return new PolicyCaseResult(document.Name!, document.List("spec.controls"), Expected(document), Actual(document, decision), decision.Message);
    }

    private static string Expected(SourceDocument document) => Sentence(
        document,
        document.Text("spec.expect.decision")!,
        document.List("spec.expect.policies"),
        document.Duration("spec.expect.maxTtl"),
        document.List("spec.expect.approval"));

    private static string Actual(SourceDocument document, PolicyDecision decision) => Sentence(
        document,
        decision.Allowed ? "allow" : decision.IsPending ? "pending" : "deny",
        decision.PolicyIds,
        (decision.IfApproved ?? decision).MaxTtl,
        decision.ApprovalGroups);

    /// <summary>Says of a decision as much as the case minds.</summary>
    private static string Sentence(SourceDocument document, string decision, IEnumerable<string> policies, TimeSpan? maxTtl, IEnumerable<string> approval)
    {
        var said = decision;
        if (document.Has("spec.expect.policies")) said += $" by [{string.Join(' ', policies.Order(StringComparer.Ordinal))}]";
        if (document.Has("spec.expect.maxTtl")) said += $" for {(maxTtl is { } max ? DurationText.Format(max) : "any time")}";
        if (document.Has("spec.expect.approval")) said += $" unless approved by [{string.Join(' ', approval.Order(StringComparer.Ordinal))}]";
        return said;
    }

    private sealed class CaseTime : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => PolicyCaseReader.Now;
    }
}
