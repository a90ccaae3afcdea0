namespace CredBroker.Attestation;

/// <summary>What an attestor proved, before any rule has been asked.</summary>
/// <param name="Attestor">The attestor that says so.</param>
/// <param name="Subject">The proven name, for SPIFFE <c>spiffe://trust-domain/path</c>.</param>
/// <param name="Selectors">Proven facts, each <c>name:value</c>.</param>
/// <param name="EvidenceDigest">SHA-256 of the evidence, lower-case hex.</param>
/// <param name="EvidenceExpiry">When the evidence itself expires.</param>
public sealed record AttestedSubject(
    string Attestor,
    string Subject,
    IReadOnlyList<string> Selectors,
    string EvidenceDigest,
    DateTimeOffset EvidenceExpiry)
{
    /// <summary>RFC 7638 thumbprint of the key that the evidence is bound to, if any.</summary>
    public string? KeyThumbprint { get; init; }
}
