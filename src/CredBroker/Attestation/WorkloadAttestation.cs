using CredBroker.Templates;

namespace CredBroker.Attestation;

/// <summary>
/// The verb <c>Attest</c>: evidence becomes an identity. The attestor that the evidence names proves a subject, then the
/// first workload rule for that attestor and subject gives it a tenant and a kind. No rule, no identity.
/// </summary>
public sealed class WorkloadAttestation(AttestorRegistry attestors, ITemplateCatalogue catalogue)
{
    /// <summary>Attests a workload. The message of a refusal repeats nothing of the evidence.</summary>
    /// <exception cref="RefusedException">
    /// <see cref="ErrorReason.AttestationFailed"/>: the evidence is empty or larger than <see cref="Evidence.MaxPayloadBytes"/>, its
    /// attestor is unknown, it does not prove what it claims, or no rule matches (the proven subject is then in the metadata).
    /// <see cref="ErrorReason.VerifierUnavailable"/>: nobody can tell now.
    /// </exception>
    public async ValueTask<WorkloadIdentity> AttestAsync(Evidence evidence, CancellationToken cancellationToken)
    {
        if (evidence.Payload.IsEmpty) throw Refused("The evidence is empty.");
        if (evidence.Payload.Length > Evidence.MaxPayloadBytes) throw Refused("The evidence is larger than 16 KB.");
        if (!attestors.TryFind(evidence.Attestor, out var attestor)) throw Refused("This server has no such attestor.");

        var proven = await attestor.AttestAsync(evidence, cancellationToken).ConfigureAwait(false);
        if (!AttestedText.IsPlain(proven.Subject) || !proven.Selectors.All(AttestedText.IsSelector))
            throw Refused("The evidence holds a subject or a selector that is not plain text.");

        return Identify(proven, attestor.Name, MatchRule(attestor.Name, proven.Subject));
    }

    private WorkloadRule MatchRule(string attestor, string subject)
    {
        // The catalogue keeps them in the order in which they are to be asked.
        foreach (var rule in catalogue.Current.Rules)
            if (string.Equals(rule.Attestor, attestor, StringComparison.Ordinal) && rule.Subject.Matches(subject)) return rule;

        throw new RefusedException(ErrorReason.AttestationFailed, "No workload rule matches the attested subject.")
        {
            Metadata = new Dictionary<string, string> { ["attestor"] = attestor, ["subject"] = subject },
        };
    }

    private static WorkloadIdentity Identify(AttestedSubject proven, string attestor, WorkloadRule rule) =>
        new(proven.Subject, attestor, rule.Tenant, rule.Kind, proven.Selectors, proven.EvidenceDigest, proven.EvidenceExpiry, rule)
        {
            KeyThumbprint = proven.KeyThumbprint,
        };

    private static RefusedException Refused(string message) => new(ErrorReason.AttestationFailed, message);
}
