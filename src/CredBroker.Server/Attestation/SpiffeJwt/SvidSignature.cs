using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace CredBroker.Server.Attestation.SpiffeJwt;

/// <summary>
/// Verifies the signature with one given key, and the claims a second time, by Microsoft.IdentityModel with its lenient
/// defaults overridden. Nothing is looked up here: no metadata, no key set, no address from the token.
/// </summary>
internal sealed class SvidSignature(IReadOnlyList<string> audiences, SvidTimes times)
{
    private readonly JsonWebTokenHandler _handler = new()
    {
        MapInboundClaims = false,
        MaximumTokenSizeInBytes = CredBroker.Attestation.Evidence.MaxPayloadBytes,
    };

    public async ValueTask VerifyAsync(CompactJws jws, BundleKey key)
    {
        var result = await _handler.ValidateTokenAsync(jws.Text, ParametersFor(key)).ConfigureAwait(false);
        if (!result.IsValid) throw SvidRefusal.Because("its signature does not verify", result.Exception);
    }

    private TokenValidationParameters ParametersFor(BundleKey key) => new()
    {
        IssuerSigningKey = key.Key,
        TryAllIssuerSigningKeys = false,
        ValidAlgorithms = key.Algorithms,
        RequireSignedTokens = true,
        // Who issued an SVID is told by the trust domain of its subject, which chose the key; 'iss' means nothing (JWT-SVID §3).
        ValidateIssuer = false,
        ValidAudiences = audiences,
        RequireAudience = true,
        IgnoreTrailingSlashWhenValidatingAudience = false,
        RequireExpirationTime = true,
        ClockSkew = TimeSpan.Zero,
        // The handler's own clock cannot be injected.
        LifetimeValidator = (notBefore, expires, _, _) =>
            expires is { } end && !times.IsExpired(Utc(end)) && (notBefore is not { } start || !times.IsEarly(Utc(start))),
        LogValidationExceptions = false,
    };

    private static DateTimeOffset Utc(DateTime instant) => new(DateTime.SpecifyKind(instant, DateTimeKind.Utc));
}
