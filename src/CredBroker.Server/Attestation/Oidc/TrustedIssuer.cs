using System.Buffers;
using CredBroker.Attestation;
using CredBroker.Server.Jose;
using CredBroker.Server.KeySets;

namespace CredBroker.Server.Attestation.Oidc;

/// <summary>Verifies the ID tokens of one issuer (OpenID Connect Core 1.0 §2, RFC 8725) and reads what they say about the workload.</summary>
internal sealed class TrustedIssuer(OidcIssuerOptions settings, OidcOptions options, Keyrings keyrings, TimeProvider time)
{
    private const int MaxSubjectLength = 1024;
    private const int MaxIdLength = 256;

    private static readonly SearchValues<char> SubjectChars = SearchValues.Create([.. Enumerable.Range(' ', '~' - ' ' + 1).Select(c => (char)c)]);

    private readonly string _name = settings.EffectiveName;
    private readonly string _issuer = settings.EffectiveIssuer;
    private readonly JwtVerifier _verifier = new(
        new JwtDemands(settings.EffectiveAudiences, options.ClockSkew, settings.EffectiveMaxLifetime), time);

    private readonly KeyValuePair<string, string[]>[] _selectors =
        [.. settings.EffectivePreset.Selectors, .. settings.Claims.Select(claim => KeyValuePair.Create(claim, new[] { claim }))];

    /// <summary>Its keys.</summary>
    public Keyring Keyring { get; } = keyrings.Open(KeyringTerms.OfIssuer(settings.EffectiveIssuer, options.LastGoodFor), settings.ToSource());

    /// <summary>Whether a token of it is good once.</summary>
    public bool IsSingleUse => settings.IsSingleUse;

    /// <summary>Verifies a token. Answers also with the keys that it was verified with.</summary>
    /// <exception cref="JwtFault">It proves nothing, or nobody can tell now.</exception>
    public async ValueTask<(AttestedSubject Subject, KeySet Keys)> VerifyAsync(Jwt jwt, string digest, ProofKey? key, CancellationToken cancellationToken)
    {
        var subject = SubjectOf(jwt);
        if (jwt.IssuedAt is null) throw new JwtFault("it has no 'iat'");
        // A token that is good only together with a proof of its key is no bearer token.
        var bound = jwt.Has("cnf") ? BoundTo(jwt, key) : null;
        var id = IsSingleUse ? IdOf(jwt) : null;
        _verifier.Weigh(jwt);
        var keys = await _verifier.VerifyAsync(jwt, Keyring, cancellationToken).ConfigureAwait(false);

        // Whoever proved a key with it may use it again with that key: an answer that was lost is asked for again.
        var use = id is null ? null : SingleUse.Of(_issuer, id, jwt.ExpiresAt + options.ClockSkew) with { Key = key?.Text ?? "" };
        return (new AttestedSubject(OidcAttestor.AttestorName, subject, SelectorsOf(jwt), digest, jwt.ExpiresAt) { KeyThumbprint = bound, Use = use }, keys);
    }

    /// <summary>The thumbprint of the key in <c>cnf</c> (RFC 9449 §6.1, RFC 8705 §3.1), which must be the one that was proved.</summary>
    private static string BoundTo(Jwt jwt, ProofKey? key)
    {
        var thumbprint = key is null ? null : jwt.StringOf("cnf", key.Kind == ProofKind.Dpop ? "jkt" : "x5t#S256");
        return thumbprint is not null && thumbprint == key!.Thumbprint ? thumbprint : throw new JwtFault("it is bound to a key that was not proved");
    }

    private string SubjectOf(Jwt jwt) =>
        jwt.StringOf("sub") is { Length: > 0 and <= MaxSubjectLength } subject && !subject.AsSpan().ContainsAnyExcept(SubjectChars)
            ? $"oidc://{_name}/{subject}"
            : throw new JwtFault("its subject is not plain ASCII text");

    private static string IdOf(Jwt jwt) =>
        jwt.StringOf("jti") is { Length: > 0 and <= MaxIdLength } id ? id : throw new JwtFault("it has no 'jti', and is good once only");

    private List<string> SelectorsOf(Jwt jwt)
    {
        List<string> found = [$"{_name}:iss:{_issuer}"];
        foreach (var (name, path) in _selectors)
            if (jwt.StringOf(path) is { Length: > 0 } value && IsVouchedFor(jwt, name)) found.Add($"{_name}:{name}:{value}");
        return found;
    }

    /// <summary>An address that the issuer has not verified is what its owner says, and no fact.</summary>
    private static bool IsVouchedFor(Jwt jwt, string name) => name != "email" || jwt.IsTrue("email_verified");
}
