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
    /// <summary>Names of what a refusal tells of evidence that did prove somebody.</summary>
    public const string AttestorFact = "attestor";

    /// <inheritdoc cref="AttestorFact"/>
    public const string SubjectFact = "attested_subject";

    /// <inheritdoc cref="AttestorFact"/>
    public const string DigestFact = "evidence_digest";

    /// <summary>What a refusal tells of evidence that did prove somebody.</summary>
    public static IReadOnlyDictionary<string, string> Facts(string attestor, string subject, string evidenceDigest) => new Dictionary<string, string>
    {
        [AttestorFact] = attestor,
        [SubjectFact] = subject,
        [DigestFact] = evidenceDigest,
    };

    /// <summary>RFC 7638 thumbprint of the key that the evidence is bound to, if any.</summary>
    public string? KeyThumbprint { get; init; }

    /// <summary>What is used up where the evidence is good once; null = it is good until it expires.</summary>
    public SingleUse? Use { get; init; }

    /// <summary>Uses the evidence up where it is good once; the last thing before it is accepted.</summary>
    /// <exception cref="RefusedException"><see cref="ErrorReason.AttestationFailed"/>: it has been used before. <see cref="ErrorReason.StoreUnavailable"/>.</exception>
    public async ValueTask UseUpAsync(IReplayMemory memory, CancellationToken cancellationToken)
    {
        if (Use is { } use && !await memory.TryUseAsync(use, cancellationToken).ConfigureAwait(false))
            throw new RefusedException(ErrorReason.AttestationFailed, "The evidence is refused: it has been used before.");
    }
}
