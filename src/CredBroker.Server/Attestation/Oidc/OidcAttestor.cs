using System.Collections.Frozen;
using System.Security.Cryptography;
using CredBroker.Attestation;
using CredBroker.Server.Jose;

namespace CredBroker.Server.Attestation.Oidc;

/// <summary>
/// Proves workloads by the ID tokens of CI systems, clouds and any other OpenID Connect issuer in the settings.
/// <c>docs/attestors/oidc.md</c> lists what is verified and every refusal.
/// </summary>
internal sealed class OidcAttestor : IAttestor
{
    public const string AttestorName = "oidc";

    // An access token, logout token or security event of the same issuer says something else than "this is me".
    private static readonly JwtForm Form = new(["JWT"], StringComparer.OrdinalIgnoreCase, JwtForm.NeverThere);

    private readonly FrozenDictionary<string, TrustedIssuer> _issuers;
    private readonly VerifiedEvidence _verified;
    private readonly EvidenceGuard _guard;

    public OidcAttestor(TrustedIssuers issuers, TimeProvider time, ILogger<OidcAttestor> logger)
    {
        _issuers = issuers.ByName;
        _verified = new VerifiedEvidence(time);
        _guard = new EvidenceGuard("ID token", logger);
    }

    public string Name => AttestorName;

    public ValueTask<AttestedSubject> AttestAsync(Evidence evidence, CancellationToken cancellationToken) => _guard.RunAsync(
        async () =>
        {
            var digest = Convert.ToHexStringLower(SHA256.HashData(evidence.Payload.Span));
            return _verified.Find(digest)
                ?? await VerifyAsync(Jwt.Read(evidence.Payload.Span, Form), digest, evidence.Possession?.Key, cancellationToken).ConfigureAwait(false);
        },
        cancellationToken);

    private async ValueTask<AttestedSubject> VerifyAsync(Jwt token, string digest, ProofKey? key, CancellationToken cancellationToken)
    {
        if (!_issuers.TryGetValue(token.Issuer ?? throw new JwtFault("it names no issuer"), out var issuer))
            throw new JwtFault("its issuer is not trusted here");
        var (subject, keys) = await issuer.VerifyAsync(token, digest, key, cancellationToken).ConfigureAwait(false);
        // What is good once, or with a key alone, must be asked about each time.
        if (!issuer.IsSingleUse && subject.KeyThumbprint is null) _verified.Add(subject, issuer.Keyring, keys);
        return subject;
    }
}
