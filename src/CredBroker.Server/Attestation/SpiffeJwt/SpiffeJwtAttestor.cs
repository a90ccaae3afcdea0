using System.Security.Cryptography;
using CredBroker.Attestation;
using Microsoft.Extensions.Options;

namespace CredBroker.Server.Attestation.SpiffeJwt;

/// <summary>
/// Proves JWT-SVIDs (SPIFFE JWT-SVID, RFC 7515, RFC 7519, RFC 8725) with the keys of the trust domain that the subject names.
/// <c>docs/attestors/spiffe_jwt.md</c> lists what is verified and every refusal.
/// </summary>
internal sealed partial class SpiffeJwtAttestor : IAttestor
{
    public const string AttestorName = "spiffe_jwt";
    public const int CacheCapacity = 8192;

    private readonly TrustDomainKeyrings _keyrings;
    private readonly string[] _audiences;
    private readonly SvidTimes _times;
    private readonly SvidSignature _signature;
    private readonly VerifiedSvids _verified;
    private readonly ILogger<SpiffeJwtAttestor> _logger;

    public SpiffeJwtAttestor(TrustDomainKeyrings keyrings, IOptions<SpiffeJwtOptions> options, TimeProvider time, ILogger<SpiffeJwtAttestor> logger)
    {
        _keyrings = keyrings;
        _audiences = [.. options.Value.Audiences];
        _times = new SvidTimes(time, options.Value.ClockSkew, options.Value.MaxLifetime);
        _signature = new SvidSignature(_audiences, _times);
        _verified = new VerifiedSvids(time, CacheCapacity);
        _logger = logger;
    }

    public string Name => AttestorName;

    public async ValueTask<AttestedSubject> AttestAsync(Evidence evidence, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        try
        {
            var digest = Convert.ToHexStringLower(SHA256.HashData(evidence.Payload.Span));
            return _verified.Find(digest) ?? await VerifyAsync(CompactJws.Read(evidence.Payload.Span), digest).ConfigureAwait(false);
        }
        catch (Exception e) when (e is not RefusedException)
        {
            // Only a fault of ours ends here. It fails closed, and is loud.
            LogUnforeseen(e);
            throw SvidRefusal.Because("it could not be read", e);
        }
    }

    private async ValueTask<AttestedSubject> VerifyAsync(CompactJws svid, string digest)
    {
        var header = SvidHeader.Read(svid);
        var claims = SvidClaims.Read(svid);
        if (!claims.Audiences.Intersect(_audiences, StringComparer.Ordinal).Any()) throw SvidRefusal.Because("it is not made for this server's audience");
        _times.Check(claims);
        if (!_keyrings.TryFind(claims.Subject.TrustDomain, out var keyring)) throw SvidRefusal.Because("its trust domain is not trusted here");

        var bundle = keyring.Current;
        if (!bundle.Keys.TryGetValue(header.KeyId, out var key)) throw SvidRefusal.Because("its key is not in the bundle of its trust domain");
        if (!key.Algorithms.Contains(header.Algorithm, StringComparer.Ordinal)) throw SvidRefusal.Because("its algorithm does not go with its key");
        await _signature.VerifyAsync(svid, key).ConfigureAwait(false);

        var subject = new AttestedSubject(AttestorName, claims.Subject.Text, SelectorsOf(claims.Subject), digest, claims.ExpiresAt);
        _verified.Add(subject, keyring, bundle);
        return subject;
    }

    private static string[] SelectorsOf(SpiffeId id) => [$"spiffe:trust_domain:{id.TrustDomain}", $"spiffe:path:{id.Path}"];

    [LoggerMessage(Level = LogLevel.Error, Message = "Verifying a JWT-SVID failed in an unforeseen way.")]
    private partial void LogUnforeseen(Exception exception);
}
