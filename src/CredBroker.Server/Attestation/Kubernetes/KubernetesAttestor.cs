using System.Security.Cryptography;
using CredBroker.Attestation;
using CredBroker.Server.Jose;

namespace CredBroker.Server.Attestation.Kubernetes;

/// <summary>
/// Proves pods by projected service-account tokens (Kubernetes TokenRequest), with the keys of the cluster and, where its API server is
/// in the settings, by that server's own word. <c>docs/attestors/kubernetes.md</c> lists what is verified and every refusal.
/// </summary>
internal sealed class KubernetesAttestor : IAttestor
{
    public const string AttestorName = "kubernetes";

    private static readonly JwtForm Form = new(["JWT"], StringComparer.Ordinal, JwtForm.NeverThere);

    private readonly TrustedClusters _clusters;
    private readonly VerifiedEvidence _verified;
    private readonly EvidenceGuard _guard;

    public KubernetesAttestor(TrustedClusters clusters, TimeProvider time, ILogger<KubernetesAttestor> logger)
    {
        _clusters = clusters;
        _verified = new VerifiedEvidence(time);
        _guard = new EvidenceGuard("service-account token", logger);
    }

    public string Name => AttestorName;

    public ValueTask<AttestedSubject> AttestAsync(Evidence evidence, CancellationToken cancellationToken) => _guard.RunAsync(
        async () =>
        {
            var digest = Convert.ToHexStringLower(SHA256.HashData(evidence.Payload.Span));
            return _verified.Find(digest) ?? await VerifyAsync(Jwt.Read(evidence.Payload.Span, Form), digest, cancellationToken).ConfigureAwait(false);
        },
        cancellationToken);

    private async ValueTask<AttestedSubject> VerifyAsync(Jwt token, string digest, CancellationToken cancellationToken)
    {
        if (token.Issuer is null) throw new JwtFault("it names no issuer");
        if (token.IssuedAt is null) throw new JwtFault("it has no 'iat'");
        var pod = PodIdentity.Read(token);
        var cluster = await _clusters.FindAsync(token, cancellationToken).ConfigureAwait(false);
        var (subject, keys) = await cluster.VerifyAsync(token, pod, digest, cancellationToken).ConfigureAwait(false);
        _verified.Add(subject, cluster.Keyring, keys, cluster.Remember);
        return subject;
    }
}
