using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace CredBroker.Server.Jose;

/// <summary>
/// Verifies the signature with one given key, and the claims a second time, by Microsoft.IdentityModel with its lenient
/// defaults overridden. Nothing is looked up here: no metadata, no key set, no address from the token.
/// </summary>
internal sealed class JwtSignature(IReadOnlyList<string> audiences, JwtTimes times)
{
    private readonly JsonWebTokenHandler _handler = new()
    {
        MapInboundClaims = false,
        MaximumTokenSizeInBytes = CompactJws.MaxBytes,
    };

    /// <exception cref="JwtFault">It does not verify.</exception>
    public async ValueTask VerifyAsync(Jwt jwt, VerificationKey key)
    {
        var result = await _handler.ValidateTokenAsync(jwt.Text, ParametersFor(key)).ConfigureAwait(false);
        if (!result.IsValid) throw new JwtFault("its signature does not verify", result.Exception);
    }

    private TokenValidationParameters ParametersFor(VerificationKey key) => new()
    {
        IssuerSigningKey = key.Key,
        TryAllIssuerSigningKeys = false,
        ValidAlgorithms = key.Algorithms,
        RequireSignedTokens = true,
        // The issuer, or the trust domain, has been compared to the letter already: it chose the key.
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
