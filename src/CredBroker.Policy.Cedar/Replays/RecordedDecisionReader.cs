using CredBroker.Tasks;
using CredBroker.Templates;

namespace CredBroker.Policy.Cedar.Replays;

/// <summary>Makes of the lines of an audit trail the decisions that they tell of.</summary>
/// <param name="tasks">Every task of the trail, by its id; null where its line does not tell enough.</param>
/// <param name="catalogue">The templates and targets to decide by; null = those that the lines tell of.</param>
internal sealed class RecordedDecisionReader(IReadOnlyDictionary<string, AgentTask?> tasks, CatalogueSnapshot? catalogue)
{
    private const string NotTold = "the line does not tell what it was decided by";
    private const string NoTask = "the line that opened the task is not among those given, or does not tell enough";
    private const string Bounds = "refused by the template's own bounds; give --templates to try other ones";

    /// <summary>The decision of a line, or why it cannot be asked again; neither where it tells of none.</summary>
    public (RecordedDecision? Decision, string? Reason) Read(AuditLine line) => line.Type switch
    {
        "task_opened" => Opening(line, ReplayedOutcome.Allow),
        "issue_allowed" => Use(line, "issue", ReplayedOutcome.Allow),
        "renew_allowed" => Use(line, "renew", ReplayedOutcome.Allow),
        "tool_call_allowed" => Call(line, ReplayedOutcome.Allow),
        "tool_call_denied" => Call(line, RefusedOutcome(line)),
        "tool_call_pending" => Call(line, ReplayedOutcome.Pending),
        "refused" when line.Fact(PolicyDecision.PoliciesFact) is not null => Refused(line),
        _ => (null, null),
    };

    private (RecordedDecision?, string?) Refused(AuditLine line) => line.Fact("verb") switch
    {
        "open_task" => Opening(line, RefusedOutcome(line)),
        "issue" or "renew" when catalogue is null && FactReader.Policies(line) is [TemplateBoundsEvaluator.PolicyId] => (null, Bounds),
        "issue" => Use(line, "issue", RefusedOutcome(line)),
        "renew" => Use(line, "renew", RefusedOutcome(line)),
        _ => (null, null),
    };

    private static ReplayedOutcome RefusedOutcome(AuditLine line) =>
        line.Fact(DecisionFacts.ApprovalGroups) is null ? ReplayedOutcome.Deny : ReplayedOutcome.Pending;

    private static (RecordedDecision?, string?) Opening(AuditLine line, ReplayedOutcome outcome)
    {
        if (RecordedTask.Of(line) is not { } task) return (null, NotTold);
        // When it was decided, the task had not been opened yet.
        return (Decision(line, "open_task", task.Subject, task with { OpenedAt = default }, outcome), null);
    }

    private (RecordedDecision?, string?) Use(AuditLine line, string verb, ReplayedOutcome outcome)
    {
        if (TaskOf(line) is not { } task) return (null, NoTask);
        if (line.IsTruncated || line.Fact(DecisionFacts.Template) is not { } name || FactReader.Word<Capabilities>(line, DecisionFacts.Capabilities) is not { } asked)
            return (null, NotTold);
        if (TemplateOf(line, name, task) is not { } template) return (null, NotTold);
        return (Decision(line, verb, name, task, outcome) with
        {
            Capabilities = asked.ToString().ToLowerInvariant(),
            Use = new PolicyRequest
            {
                Task = task,
                Template = template,
                Requested = asked,
                Ttl = FactReader.Duration(line, DecisionFacts.AskedTtl),
                Source = FactReader.Source(line),
                IsRenewal = verb == "renew",
            },
        }, null);
    }

    private (RecordedDecision?, string?) Call(AuditLine line, ReplayedOutcome outcome)
    {
        if (TaskOf(line) is not { } task) return (null, NoTask);
        if (line.IsTruncated || line.Fact(DecisionFacts.Tool) is not { } tool || line.Fact(DecisionFacts.Target) is not { } target
            || FactReader.Word<Capabilities>(line, DecisionFacts.Capability) is not { } does
            || FactReader.Word<Sensitivity>(line, DecisionFacts.Sensitivity) is not { } sensitivity) return (null, NotTold);
        return (Decision(line, "tool_call", tool, task, outcome) with
        {
            Capabilities = does.ToString().ToLowerInvariant(),
            Call = new ToolCall
            {
                Task = task,
                Tool = tool,
                Capability = does,
                Target = target,
                Sensitivity = SensitivityOf(line, target, sensitivity),
                Source = FactReader.Source(line),
            },
        }, null);
    }

    private AgentTask? TaskOf(AuditLine line) => line.Task is { } id ? tasks.GetValueOrDefault(id) : null;

    private Sensitivity SensitivityOf(AuditLine line, string target, Sensitivity recorded)
    {
        if (catalogue is null) return recorded;
        var known = catalogue.Targets.TryGetValue(target, out var found) ? found.Sensitivity : Sensitivity.Restricted;
        return FactReader.Word<Sensitivity>(line, DecisionFacts.ToldSensitivity) is { } told && told > known ? told : known;
    }

    private Template? TemplateOf(AuditLine line, string name, AgentTask task) =>
        catalogue is null ? RecordedTemplate.Of(line, name, task) : catalogue.Templates.GetValueOrDefault(name) ?? RecordedTemplate.Gone(name);

    private static RecordedDecision Decision(AuditLine line, string verb, string about, AgentTask task, ReplayedOutcome outcome) => new()
    {
        Verb = verb,
        About = about,
        Time = line.Time,
        Task = task,
        Source = FactReader.Source(line),
        Held = FactReader.Held(line, task),
        Counted = new WorkloadCounts(FactReader.Number(line, DecisionFacts.WorkloadLeases), FactReader.Number(line, DecisionFacts.WorkloadTemplateLeases)),
        WasApproved = outcome == ReplayedOutcome.Allow && line.Fact(DecisionFacts.Approval) is not null,
        Outcome = outcome,
        Policies = FactReader.Policies(line),
    };
}
