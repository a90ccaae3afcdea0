using System.Diagnostics;
using CredBroker.Templates;

namespace CredBroker.Attestation;

/// <summary>
/// The verb <c>Attest</c>: evidence becomes an identity. The attestor that the evidence names proves a subject and selectors, then
/// the closest workload rule for them gives it a tenant and a kind. No rule, no identity; two that are equally close, none either.
/// </summary>
public sealed class WorkloadAttestation(
    AttestorRegistry attestors, ITemplateCatalogue catalogue, AttestationLimits limits, IReplayMemory used, AttestationMetrics? metrics = null)
{
    private const string UnknownAttestor = "unknown";

    /// <summary>Attests a workload. The message of a refusal repeats nothing of the evidence.</summary>
    /// <exception cref="RefusedException">
    /// <see cref="ErrorReason.AttestationFailed"/>: the evidence is empty or larger than <see cref="Evidence.MaxPayloadBytes"/>, its
    /// attestor is unknown, it does not prove what it claims, or not exactly one rule is the closest (the proven subject is then in
    /// the metadata).
    /// <see cref="ErrorReason.VerifierUnavailable"/>: nobody can tell now.
    /// <see cref="ErrorReason.ProofInvalid"/>: the rule demands a proof of possession that is not there, or the proof has been used before.
    /// <see cref="ErrorReason.RateLimited"/>: the subject has been attested too often of late.
    /// </exception>
    public async ValueTask<WorkloadIdentity> AttestAsync(Evidence evidence, CancellationToken cancellationToken)
    {
        var name = attestors.TryFind(evidence.Attestor, out _) ? evidence.Attestor : UnknownAttestor;
        using var span = BrokerTelemetry.Spans.StartActivity("credbroker.attest")?.SetTag("credbroker.attestor", name);
        var start = Stopwatch.GetTimestamp();
        try
        {
            var identity = await JudgeAsync(evidence, cancellationToken).ConfigureAwait(false);
            metrics?.Judged(name, "proven", Stopwatch.GetElapsedTime(start));
            span.Ended("proven");
            return identity;
        }
        catch (Exception exception)
        {
            metrics?.Judged(name, exception is RefusedException refusal ? ReasonName.Of(refusal.Reason) : "failed", Stopwatch.GetElapsedTime(start));
            span.Failed(exception);
            throw;
        }
    }

    private async ValueTask<WorkloadIdentity> JudgeAsync(Evidence evidence, CancellationToken cancellationToken)
    {
        if (evidence.Payload.IsEmpty) throw Refused("The evidence is empty.");
        if (evidence.Payload.Length > Evidence.MaxPayloadBytes) throw Refused("The evidence is larger than 16 KB.");
        if (!attestors.TryFind(evidence.Attestor, out var attestor)) throw Refused("This server has no such attestor.");

        var proven = await attestor.AttestAsync(evidence, cancellationToken).ConfigureAwait(false);
        if (!AttestedText.IsPlain(proven.Subject) || !proven.Selectors.All(AttestedText.IsSelector))
            throw Refused("The evidence holds a subject or a selector that is not plain text.");

        AttestationLimits.Count(limits.PerSubject, $"{attestor.Name} {proven.Subject}");
        var rule = MatchRule(attestor.Name, proven);
        await RequireProofAsync(rule, evidence.Possession, cancellationToken).ConfigureAwait(false);
        // Last of all: what is refused for any other reason may be shown again.
        await proven.UseUpAsync(used, cancellationToken).ConfigureAwait(false);
        return Identify(proven, attestor.Name, rule) with { ProofKey = evidence.Possession?.Key };
    }

    /// <summary>A proof is remembered only now: whoever has no evidence of a workload must not be able to fill the memory.</summary>
    private async ValueTask RequireProofAsync(WorkloadRule rule, Possession? possession, CancellationToken cancellationToken)
    {
        if (!rule.Proof.IsMetBy(possession?.Key))
            throw new RefusedException(ErrorReason.ProofInvalid, $"The workload rule demands a proof of possession {rule.Proof.Say()}.");
        if (possession?.Proof is { } proof && !await used.TryUseAsync(proof, cancellationToken).ConfigureAwait(false))
            throw new RefusedException(ErrorReason.ProofInvalid, "The proof of possession has been used before.");
    }

    private WorkloadRule MatchRule(string attestor, AttestedSubject proven) =>
        catalogue.Current.FindRule(attestor, proven.Subject, proven.Selectors) switch
        {
            { Rule: { } rule } => rule,
            { IsAmbiguous: true } => throw Unmatched("Two workload rules match the attested workload equally well.", proven),
            _ => throw Unmatched("No workload rule matches the attested workload.", proven),
        };

    private static RefusedException Unmatched(string message, AttestedSubject proven) => new(ErrorReason.AttestationFailed, message)
    {
        Metadata = AttestedSubject.Facts(proven.Attestor, proven.Subject, proven.EvidenceDigest),
    };

    private static WorkloadIdentity Identify(AttestedSubject proven, string attestor, WorkloadRule rule) =>
        new(proven.Subject, attestor, rule.Tenant, rule.Kind, proven.Selectors, proven.EvidenceDigest, proven.EvidenceExpiry, rule)
        {
            KeyThumbprint = proven.KeyThumbprint,
        };

    private static RefusedException Refused(string message) => new(ErrorReason.AttestationFailed, message);
}
