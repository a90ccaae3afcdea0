using CredBroker.Templates.Shapes;

namespace CredBroker.Templates.Documents;

/// <summary><c>kind: WorkloadRule</c>.</summary>
internal static class WorkloadRuleDocument
{
    private static readonly TimeSpan DefaultHeartbeatMin = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan DefaultHeartbeatMax = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan DefaultMaxDuration = TimeSpan.FromHours(4);
    private static readonly TimeSpan DefaultReattestEvery = TimeSpan.FromHours(1);

    private static MapShape Match { get; } = new(
        new Field("attestor", Words.AttestorName, "The attestor whose subjects the rule is about.") { IsRequired = true },
        new Field("subject", Words.Subject, "The attested subject: exact, or a prefix ending in /* for everything strictly below it.") { IsRequired = true },
        new Field("selectors", new ListShape(Words.Selector) { Least = 1 }, "Attested facts that must all be there: exact, or a prefix ending in /*."));

    private static MapShape Heartbeat { get; } = new(
        new Field("min", Words.Duration, "The shortest heartbeat interval that a task may have.") { Default = DurationText.Format(DefaultHeartbeatMin) },
        new Field("max", Words.Duration, "The longest heartbeat interval, and the one when none is asked for.") { Default = DurationText.Format(DefaultHeartbeatMax) });

    private static MapShape Workload { get; } = new(
        new Field("tenant", Words.Name, "The tenant that they belong to.") { IsRequired = true },
        new Field("kind", Words.Kinds, "What they are.") { IsRequired = true },
        new Field("heartbeat", Heartbeat, "Bounds of the heartbeat interval."),
        new Field("maxDuration", Words.Duration, "The longest that a task may take, and how long when nothing is asked for.") { Default = DurationText.Format(DefaultMaxDuration) },
        new Field("reattestEvery", Words.Duration, "How long one attestation is good for issuing and renewing.") { Default = DurationText.Format(DefaultReattestEvery) },
        new Field("proof", Words.Proofs, "Which proof of possession must come with the evidence; the task is bound to its key.") { Default = "none" },
        new Field("audiences", new ListShape(Words.Audience), "For kind service: the token audiences whose revocations it may watch.") { Default = "[]" },
        new Field("attributes", new TextMapShape("[a-z][a-z0-9_]{0,62}", "1 to 63 of a-z, 0-9 and _, beginning with a letter", Words.Line), "Facts for policies.") { Default = "{}" },
        new Field("containment", Words.Containments, "What comes of too many refusals of all its tasks together: an alarm, or quarantine of the workload until an operator releases it.") { Default = "alarm" },
        new Field("mayEnd", new ListShape(Words.Subject), "For kind orchestrator: the subjects whose tasks, of the same tenant, it may end.") { Default = "[]" });

    public static DocumentKind Kind { get; } = new(
        "WorkloadRule",
        isOwned: false,
        new MapShape(
            new Field("match", Match, "Which workloads the rule is about.") { IsRequired = true },
            new Field("workload", Workload, "What they are then.") { IsRequired = true }),
        HeartbeatMinIsWithinMax,
        OnlyServicesHaveAudiences,
        OnlyOrchestratorsEndOthers,
        OnlyOneIsQuarantined);

    public static WorkloadRule Build(SourceDocument document) => new(
        document.Name!,
        document.Text("spec.match.attestor")!,
        SubjectPattern.Parse(document.Text("spec.match.subject")!),
        document.Text("spec.workload.tenant")!,
        Words.Value<WorkloadKind>(document.Text("spec.workload.kind")!),
        HeartbeatMin(document),
        HeartbeatMax(document),
        document.Duration("spec.workload.maxDuration") ?? DefaultMaxDuration,
        document.Duration("spec.workload.reattestEvery") ?? DefaultReattestEvery,
        document.List("spec.workload.audiences"))
    {
        Selectors = [.. document.List("spec.match.selectors").Select(SelectorPattern.Parse)],
        Proof = Words.Value<ProofDemand>(document.Text("spec.workload.proof") ?? "none"),
        Containment = Words.Value<Containment>(document.Text("spec.workload.containment") ?? "alarm"),
        MayEnd = [.. document.List("spec.workload.mayEnd").Select(SubjectPattern.Parse)],
        Attributes = document.Texts("spec.workload.attributes"),
    };

    private static TimeSpan HeartbeatMin(SourceDocument document) => document.Duration("spec.workload.heartbeat.min") ?? DefaultHeartbeatMin;

    private static TimeSpan HeartbeatMax(SourceDocument document) => document.Duration("spec.workload.heartbeat.max") ?? DefaultHeartbeatMax;

    private static void HeartbeatMinIsWithinMax(SourceDocument document)
    {
        if (HeartbeatMin(document) > HeartbeatMax(document))
            document.Refuse("spec.workload.heartbeat.min", $"must not be longer than spec.workload.heartbeat.max, which is {DurationText.Format(HeartbeatMax(document))}");
    }

    private static void OnlyOrchestratorsEndOthers(SourceDocument document)
    {
        if (document.Has("spec.workload.mayEnd") && document.Text("spec.workload.kind") is { } kind && kind != "orchestrator")
            document.Refuse("spec.workload.mayEnd", "only a workload of kind orchestrator may end tasks of others");
    }

    /// <summary>A workload's quarantine stands until somebody releases it, so there may be no more of them than subjects that are written down.</summary>
    private static void OnlyOneIsQuarantined(SourceDocument document)
    {
        if (document.Text("spec.workload.containment") == "quarantine" && document.Text("spec.match.subject") is { } subject && subject.EndsWith("/*", StringComparison.Ordinal))
            document.Refuse("spec.workload.containment", "quarantine is for one workload: spec.match.subject must be exact then");
    }

    private static void OnlyServicesHaveAudiences(SourceDocument document)
    {
        if (document.Has("spec.workload.audiences") && document.Text("spec.workload.kind") is { } kind && kind != "service")
            document.Refuse("spec.workload.audiences", "only a workload of kind service may have audiences");
    }
}
