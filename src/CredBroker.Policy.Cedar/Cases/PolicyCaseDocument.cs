using CredBroker.Templates.Documents;
using CredBroker.Templates.Shapes;

namespace CredBroker.Policy.Cedar.Cases;

/// <summary><c>kind: PolicyCase</c>: a request, and what policies are to say to it.</summary>
internal static class PolicyCaseDocument
{
    private const int MostLeases = 1_000_000;

    /// <summary>What a lease that is held looks like: <c>read restricted ledger</c>.</summary>
    private static readonly Shape Held = new TextShape(
        "(read|write|delegate) (public|internal|confidential|restricted) [a-z0-9][a-z0-9-]{0,62}", "capability, sensitivity and target, such as: read restricted ledger");

    private static readonly Shape Control = new TextShape("[A-Za-z0-9][A-Za-z0-9 .:_-]{0,63}", "the name of a control, such as ASI03");

    private static MapShape Workload { get; } = new(
        new Field("subject", Words.Subject, "Who asks.") { Default = PolicyCaseReader.Subject },
        new Field("tenant", Words.Name, "Whose it is.") { Default = PolicyCaseReader.Tenant },
        new Field("kind", Words.Kinds, "What it is.") { Default = "agent" },
        new Field("attestor", Words.AttestorName, "What proved it.") { Default = PolicyCaseReader.Attestor },
        new Field("selectors", new ListShape(Words.Line), "Attested facts, each name:value."),
        new Field("source", Words.Line, "The address that it asks from."),
        new Field("leases", new IntegerShape(0, MostLeases), "How many live leases it has over all its tasks; as many as templateLeases unless told otherwise."),
        new Field("templateLeases", new IntegerShape(0, MostLeases), "How many of them are of the template.") { Default = "0" });

    private static MapShape Task { get; } = new(
        new Field("purpose", Words.Prose, "What the task is for.") { Default = PolicyCaseReader.Purpose },
        new Field("intent", Words.Prose, "What it is going to do."),
        new Field("declaredBy", new ChoiceShape("agent", "orchestrator"), "Whose words these are.") { Default = "agent" },
        new Field("depth", new IntegerShape(0, 16), "How many tasks are above it.") { Default = "0" },
        new Field("age", Words.Duration, "How long it has been open."),
        new Field("held", new ListShape(Held), "What its tree holds now."));

    private static MapShape Target { get; } = new(
        new Field("name", Words.Name, "The template or the tool.") { IsRequired = true },
        new Field("owner", Words.Line, "Who looks after the template."),
        new Field("target", Words.Name, "What it opens; the same name unless told otherwise."),
        new Field("sensitivity", Words.Sensitivities, "How sensitive that is.") { Default = "internal" },
        new Field("risk", Words.Risks, "The template's risk.") { Default = "low" });

    private static MapShape Request { get; } = new(
        new Field("action", new ChoiceShape("openTask", "read", "write", "delegate", "renew", "callTool"), "What is asked for.") { IsRequired = true },
        new Field("capability", new ChoiceShape("read", "write"), "What the tool does, or what the lease that is renewed is for.") { Default = "read" },
        new Field("ttl", Words.Duration, "The TTL that is asked for."),
        new Field("workload", Workload, "Who asks."),
        new Field("task", Task, "For which task."),
        new Field("template", Target, "From which template."),
        new Field("tool", Target, "With which tool."));

    private static MapShape Expect { get; } = new(
        new Field("decision", new ChoiceShape("allow", "deny", "pending"), "What is to be said; pending = people have to agree first.") { IsRequired = true },
        new Field("policies", new ListShape(Words.Line), "The policies that are to determine it, all of them; nobody minds where it is absent."),
        new Field("maxTtl", Words.Duration, "The bound that is to be put on the lease's life."),
        new Field("approval", new ListShape(Words.Name), "The groups that are to be asked for their approval."));

    public static DocumentKind Kind { get; } = new(
        "PolicyCase",
        isOwned: false,
        new MapShape(
            new Field("controls", new ListShape(Control), "The controls that it shows."),
            new Field("request", Request, "What is asked.") { IsRequired = true },
            new Field("expect", Expect, "What is to come of it.") { IsRequired = true }),
        WhatIsAskedForIsThere,
        SourceIsAnAddress,
        SomeAreNotMoreThanAll);

    private static void WhatIsAskedForIsThere(SourceDocument document)
    {
        var wanted = document.Text("spec.request.action") switch { "openTask" or null => null, "callTool" => "tool", _ => "template" };
        foreach (var part in new[] { "template", "tool" })
        {
            if (part == wanted && !document.Has($"spec.request.{part}")) document.Refuse($"spec.request.{part}", "is missing for this action");
            if (part != wanted && document.Has($"spec.request.{part}")) document.Refuse($"spec.request.{part}", "has no meaning for this action");
        }
    }

    private static void SourceIsAnAddress(SourceDocument document)
    {
        if (document.Text("spec.request.workload.source") is { } source && !System.Net.IPAddress.TryParse(source, out _))
            document.Refuse("spec.request.workload.source", "must be an address, such as 10.1.2.3");
    }

    private static void SomeAreNotMoreThanAll(SourceDocument document)
    {
        if (document.Integer("spec.request.workload.leases") is { } all && all < document.Integer("spec.request.workload.templateLeases"))
            document.Refuse("spec.request.workload.templateLeases", "must not be more than leases");
    }
}
