using CredBroker.Templates.Documents.Backends;
using CredBroker.Templates.Shapes;

namespace CredBroker.Templates.Documents;

/// <summary><c>kind: Template</c>.</summary>
internal static class TemplateDocument
{
    private const int MostLeases = 1_000_000;

    private static readonly IReadOnlyList<(string Word, Capabilities Capability)> Offers =
        [("read", Capabilities.Read), ("write", Capabilities.Write), ("delegate", Capabilities.Delegate)];

    private static MapShape Ttl { get; } = new(
        new Field("default", Words.Duration, "TTL when none is asked for.") { IsRequired = true },
        new Field("max", Words.Duration, "The longest TTL, and the hard maximum of a lease, renewals included.") { IsRequired = true });

    private static MapShape Limits { get; } = new(
        new Field("perTask", new IntegerShape(1, MostLeases), "Live leases that one task may hold. Absent: no limit."),
        new Field("perWorkload", new IntegerShape(1, MostLeases), "Live leases that one workload may hold. Absent: no limit."));

    public static DocumentKind Kind { get; } = new(
        "Template",
        isOwned: true,
        new MapShape(
            new Field("tenants", new ListShape(Words.Name), "Tenants that may use it. Absent or empty: nobody.") { Default = "[]" },
            new Field("subjects", new ListShape(Words.Subject), "Subjects that may use it: exact, or a prefix ending in /*. Absent or empty: nobody.") { Default = "[]" },
            new Field("target", Words.Name, "The target that the credential opens, by the name of its Target document.") { IsRequired = true },
            new Field("sensitivity", Words.Sensitivities, "Raises the target's sensitivity; it cannot lower it. Absent: the target's."),
            new Field("risk", Words.Risks, "What misuse would cost.") { IsRequired = true },
            new Field("capabilities", new ListShape(new ChoiceShape([.. Offers.Select(o => o.Word)])) { Least = 1 }, "The most that can be granted.") { IsRequired = true },
            new Field("ttl", Ttl, "How long credentials live.") { IsRequired = true },
            new Field("renewable", new BooleanShape(), "Whether leases can be renewed.") { Default = "true" },
            new Field("limits", Limits, "How many live leases there may be."),
            new Field("backend", BackendDocuments.Shape, "How the credentials are made: exactly one backend.") { IsRequired = true }),
        DefaultTtlIsWithinMax,
        BackendDocuments.Check);

    /// <summary>What the template says; its version and sensitivity come from the set.</summary>
    public static Template Build(SourceDocument document, Sensitivity sensitivity) => new()
    {
        Name = document.Name!,
        Version = "",
        Owner = document.Text("metadata.owner")!,
        Description = document.Text("metadata.description") ?? "",
        Tenants = document.List("spec.tenants"),
        Subjects = [.. document.List("spec.subjects").Select(SubjectPattern.Parse)],
        Target = document.Text("spec.target")!,
        Sensitivity = sensitivity,
        Risk = Words.Value<RiskLevel>(document.Text("spec.risk")!),
        Capabilities = CapabilitiesOf(document),
        DefaultTtl = document.Duration("spec.ttl.default")!.Value,
        MaxTtl = document.Duration("spec.ttl.max")!.Value,
        Renewable = document.Text("spec.renewable") != "false",
        PerTask = document.Integer("spec.limits.perTask"),
        PerWorkload = document.Integer("spec.limits.perWorkload"),
        Backend = BackendDocuments.Build(document),
    };

    public static Capabilities CapabilitiesOf(SourceDocument document)
    {
        var words = document.List("spec.capabilities");
        return Offers.Where(offer => words.Contains(offer.Word)).Aggregate(Capabilities.None, (all, offer) => all | offer.Capability);
    }

    private static void DefaultTtlIsWithinMax(SourceDocument document)
    {
        if (document.Duration("spec.ttl.default") > document.Duration("spec.ttl.max"))
            document.Refuse("spec.ttl.default", "must not be longer than spec.ttl.max");
    }
}
