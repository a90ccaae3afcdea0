using System.Security.Cryptography;
using CredBroker.Attestation;
using CredBroker.Server.Jose;
using CredBroker.Server.KeySets;
using Microsoft.Extensions.Options;

namespace CredBroker.Server.Attestation.SpiffeJwt;

/// <summary>
/// Proves JWT-SVIDs (SPIFFE JWT-SVID, RFC 7515, RFC 7519, RFC 8725) with the keys of the trust domain that the subject names.
/// <c>docs/attestors/spiffe_jwt.md</c> lists what is verified and every refusal.
/// </summary>
internal sealed class SpiffeJwtAttestor : IAttestor
{
    public const string AttestorName = "spiffe_jwt";

    private static readonly JwtForm Form = new(["JWT", "JOSE"], StringComparer.Ordinal, [.. JwtForm.NeverThere, "x5t", "x5t#S256"]);

    private readonly TrustDomainKeyrings _keyrings;
    private readonly JwtVerifier _verifier;
    private readonly VerifiedEvidence _verified;
    private readonly EvidenceGuard _guard;

    public SpiffeJwtAttestor(TrustDomainKeyrings keyrings, IOptions<SpiffeJwtOptions> options, TimeProvider time, ILogger<SpiffeJwtAttestor> logger)
    {
        var settings = options.Value;
        _keyrings = keyrings;
        _verifier = new JwtVerifier(new JwtDemands([.. settings.Audiences], settings.ClockSkew, settings.MaxLifetime), time);
        _verified = new VerifiedEvidence(time);
        _guard = new EvidenceGuard("JWT-SVID", logger);
    }

    public string Name => AttestorName;

    public ValueTask<AttestedSubject> AttestAsync(Evidence evidence, CancellationToken cancellationToken) => _guard.RunAsync(
        async () =>
        {
            var digest = Convert.ToHexStringLower(SHA256.HashData(evidence.Payload.Span));
            return _verified.Find(digest) ?? await VerifyAsync(Jwt.Read(evidence.Payload.Span, Form), digest, cancellationToken).ConfigureAwait(false);
        },
        cancellationToken);

    private async ValueTask<AttestedSubject> VerifyAsync(Jwt svid, string digest, CancellationToken cancellationToken)
    {
        if (!SpiffeId.TryParse(svid.StringOf("sub"), out var id)) throw new JwtFault("its subject is not a SPIFFE ID of a workload");
        _verifier.Weigh(svid);
        // Who issued an SVID is told by the trust domain of its subject; 'iss' means nothing (JWT-SVID §3).
        if (!_keyrings.TryFind(id.TrustDomain, out var keyring)) throw new JwtFault("its trust domain is not trusted here");
        var bundle = await _verifier.VerifyAsync(svid, keyring, cancellationToken).ConfigureAwait(false);

        var subject = new AttestedSubject(AttestorName, id.Text, id.Selectors, digest, svid.ExpiresAt);
        _verified.Add(subject, keyring, bundle);
        return subject;
    }
}
