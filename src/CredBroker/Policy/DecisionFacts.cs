using System.Net;
using System.Text.Json;
using CredBroker.Leases;
using CredBroker.Tasks;

namespace CredBroker.Policy;

/// <summary>
/// What a decision was made by, as facts for its audit line: so much that the same can be asked of other policies later. What belongs
/// to the task stands in the line of its opening alone.
/// </summary>
public static class DecisionFacts
{
    /// <summary>Where the request came from; absent where that is not known.</summary>
    public const string Source = "source";

    /// <summary>What the task's tree held, one lease after the other with <c>; </c> between them; absent where nobody looked.</summary>
    public const string Held = "held";

    /// <summary>How many leases the workload held; absent where nobody looked.</summary>
    public const string WorkloadLeases = "workload_leases";

    /// <summary>How many of the template it held; absent where nobody looked.</summary>
    public const string WorkloadTemplateLeases = "workload_template_leases";

    /// <summary>The groups whose approval would lift the no, with spaces between them.</summary>
    public const string ApprovalGroups = "approval_groups";

    /// <summary>The request by which people agreed.</summary>
    public const string Approval = "approval";

    /// <summary>What proved the workload.</summary>
    public const string Attestor = "attestor";

    /// <summary>The workload's selectors, a JSON array.</summary>
    public const string Selectors = "selectors";

    /// <summary>What the task is for.</summary>
    public const string Purpose = "purpose";

    /// <summary>What its agent says it is going to do.</summary>
    public const string Intent = "intent";

    /// <summary>The task's labels, a JSON object.</summary>
    public const string Labels = "labels";

    /// <summary>Which of its claims are an orchestrator's words, a JSON array.</summary>
    public const string Vouched = "vouched";

    /// <summary>How many tasks are above it.</summary>
    public const string Depth = "depth";

    /// <summary>The templates that were passed down to it, a JSON array.</summary>
    public const string Delegated = "delegated";

    /// <summary>The template.</summary>
    public const string Template = "template";

    /// <summary>Its owner.</summary>
    public const string Owner = "owner";

    /// <summary>What the template or the tool is for.</summary>
    public const string Target = "target";

    /// <summary>How sensitive that is.</summary>
    public const string Sensitivity = "sensitivity";

    /// <summary>How sensitive the caller said it is; absent where the caller did not say.</summary>
    public const string ToldSensitivity = "told_sensitivity";

    /// <summary>The template's risk.</summary>
    public const string Risk = "risk";

    /// <summary>What the template offers.</summary>
    public const string Offered = "offered";

    /// <summary>The template's TTL where none is asked for.</summary>
    public const string DefaultTtl = "default_ttl";

    /// <summary>What is asked for.</summary>
    public const string Capabilities = "capabilities";

    /// <summary>The TTL that is asked for; absent where none is.</summary>
    public const string AskedTtl = "asked_ttl";

    /// <summary>The tool.</summary>
    public const string Tool = "tool";

    /// <summary>What the call of a tool does.</summary>
    public const string Capability = "capability";

    /// <summary>The facts of a task that is opened.</summary>
    public static Dictionary<string, string> OfOpening(AgentTask task, IPAddress? source)
    {
        var facts = new Dictionary<string, string>
        {
            [Purpose] = task.Purpose,
            [Intent] = task.Intent,
            [Attestor] = task.Attestor,
            [Selectors] = JsonSerializer.Serialize(task.Selectors),
            [Labels] = JsonSerializer.Serialize(task.Labels),
            [Vouched] = JsonSerializer.Serialize(task.Vouched),
            [Depth] = Text(task.Ancestors.Count),
            [Delegated] = JsonSerializer.Serialize((task.Ceiling ?? []).Select(passed => passed.Template)),
        };
        AddSource(facts, source);
        return facts;
    }

    /// <summary>The facts of a use of a template.</summary>
    public static Dictionary<string, string> OfUse(PolicyRequest request, PolicyDecision decision)
    {
        var template = request.Template;
        var facts = new Dictionary<string, string>
        {
            [Template] = template.Name,
            [Owner] = template.Owner,
            [Target] = template.Target,
            [Sensitivity] = template.Sensitivity.ToString(),
            [Risk] = template.Risk.ToString(),
            [Offered] = template.Capabilities.ToString(),
            [DefaultTtl] = template.DefaultTtl.ToString("c"),
            [Capabilities] = request.Requested.ToString(),
        };
        if (request.Ttl is { } ttl) facts[AskedTtl] = ttl.ToString("c");
        AddSource(facts, request.Source);
        AddDecision(facts, decision);
        return facts;
    }

    /// <summary>The facts of a call of a tool.</summary>
    public static Dictionary<string, string> OfToolCall(ToolCall call, PolicyDecision decision)
    {
        var facts = new Dictionary<string, string>
        {
            [Tool] = call.Tool,
            [Target] = call.Target,
            [Capability] = call.Capability.ToString(),
            [Sensitivity] = call.Sensitivity.ToString(),
        };
        if (call.ToldSensitivity is { } told) facts[ToldSensitivity] = told.ToString();
        AddSource(facts, call.Source);
        AddDecision(facts, decision);
        return facts;
    }

    private static void AddDecision(Dictionary<string, string> facts, PolicyDecision decision)
    {
        if (decision.Held is { } held) facts[Held] = string.Join("; ", held.Select(Say));
        if (decision.Counted.All is { } all) facts[WorkloadLeases] = Text(all);
        if (decision.Counted.OfTemplate is { } some) facts[WorkloadTemplateLeases] = Text(some);
        if (decision.ApprovalGroups.Count > 0) facts[ApprovalGroups] = string.Join(' ', decision.ApprovalGroups);
        facts[PolicyDecision.PolicyVersionFact] = decision.PolicyVersion;
        facts[PolicyDecision.PoliciesFact] = string.Join(' ', decision.PolicyIds);
    }

    private static string Say(Lease lease) =>
        $"{lease.Terms.Capabilities.ToString().Replace(", ", "+", StringComparison.Ordinal)} {lease.Terms.Sensitivity} {lease.Terms.Target}";

    private static void AddSource(Dictionary<string, string> facts, IPAddress? source)
    {
        if (source is not null) facts[Source] = source.ToString();
    }

    private static string Text(long number) => number.ToString(System.Globalization.CultureInfo.InvariantCulture);
}
