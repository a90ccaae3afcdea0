using CredBroker.Templates;

namespace CredBroker.Attestation;

/// <summary>A workload after attestation and the rule that matched it.</summary>
/// <param name="Subject">The proven name.</param>
/// <param name="Attestor">The attestor that says so.</param>
/// <param name="Tenant">The tenant that the rule puts it in.</param>
/// <param name="Kind">What the rule says it is.</param>
/// <param name="Selectors">Proven facts, each <c>name:value</c>.</param>
/// <param name="EvidenceDigest">SHA-256 of the evidence, lower-case hex.</param>
/// <param name="EvidenceExpiry">When the evidence itself expires.</param>
/// <param name="Rule">The rule that matched.</param>
public sealed record WorkloadIdentity(
    string Subject,
    string Attestor,
    string Tenant,
    WorkloadKind Kind,
    IReadOnlyList<string> Selectors,
    string EvidenceDigest,
    DateTimeOffset EvidenceExpiry,
    WorkloadRule Rule)
{
    /// <summary>RFC 7638 thumbprint of the key that the evidence is bound to, if any.</summary>
    public string? KeyThumbprint { get; init; }

    /// <summary>The key that the workload proved to hold in this call; what it gets is bound to it. Null = none.</summary>
    public ProofKey? ProofKey { get; init; }
}
