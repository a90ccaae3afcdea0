namespace CredBroker.Templates;

/// <summary>Maps an attested subject to a tenant and a kind, and bounds what its tasks may ask for (<c>kind: WorkloadRule</c>).</summary>
/// <param name="Name">The document's name.</param>
/// <param name="Attestor">The attestor whose subjects it is about.</param>
/// <param name="Subject">Exact subject, or a prefix that ends in <c>/*</c> and matches everything strictly below it.</param>
/// <param name="Tenant">The tenant.</param>
/// <param name="Kind">The kind.</param>
/// <param name="HeartbeatMin">The shortest heartbeat interval that a task may have.</param>
/// <param name="HeartbeatMax">The longest, and the default.</param>
/// <param name="MaxDuration">The longest that a task may take, and the default.</param>
/// <param name="ReattestEvery">How long one attestation is good for issuing and renewing.</param>
/// <param name="Audiences">For services: the token audiences whose revocations they may watch.</param>
public sealed record WorkloadRule(
    string Name,
    string Attestor,
    SubjectPattern Subject,
    string Tenant,
    WorkloadKind Kind,
    TimeSpan HeartbeatMin,
    TimeSpan HeartbeatMax,
    TimeSpan MaxDuration,
    TimeSpan ReattestEvery,
    IReadOnlyList<string> Audiences)
{
    /// <summary>Attested facts that must all be there.</summary>
    public IReadOnlyList<SelectorPattern> Selectors { get; init; } = [];

    /// <summary>Facts about the workload for policies, by their names.</summary>
    public IReadOnlyDictionary<string, string> Attributes { get; init; } = new Dictionary<string, string>();

    /// <summary>Which proof of possession the workload must bring with its evidence.</summary>
    public ProofDemand Proof { get; init; }

    /// <summary>For orchestrators: whose tasks, of its own tenant, it may end.</summary>
    public IReadOnlyList<SubjectPattern> MayEnd { get; init; } = [];

    /// <summary>What comes of it where its tasks are refused too often.</summary>
    public Containment Containment { get; init; }

    /// <summary>Whether an attested workload is what the rule is about.</summary>
    public bool Matches(string attestor, string subject, IReadOnlyList<string> selectors) =>
        string.Equals(Attestor, attestor, StringComparison.Ordinal) && Subject.Matches(subject)
        && Selectors.All(wanted => selectors.Any(wanted.Matches));
}
