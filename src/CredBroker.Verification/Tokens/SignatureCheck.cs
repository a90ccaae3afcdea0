using CredBroker.Tokens;
using CredBroker.Verification.Keys;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace CredBroker.Verification.Tokens;

/// <summary>Everything about a token that does not change while it lives: form, key, signature, issuer, audience, claims.</summary>
internal sealed class SignatureCheck(CredBrokerVerificationOptions options, SigningKeySource keys, TimeProvider time)
{
    // Header parameters that point to keys or change how the token is read; the broker writes none of them.
    private static readonly string[] ForbiddenHeaders = ["crit", "b64", "zip", "jku", "jwk", "x5u", "x5c"];

    private readonly JsonWebTokenHandler _handler = new() { MapInboundClaims = false, MaximumTokenSizeInBytes = AccessTokenVerifier.MaxTokenLength };

    public async ValueTask<VerificationResult> CheckAsync(string compact, CancellationToken cancellationToken)
    {
        if (Parse(compact) is not { } token) return VerificationOutcome.Malformed;
        if (JudgeHeader(token) is var form and not VerificationOutcome.Accepted) return form;

        var lookup = await keys.FindAsync(token.Kid, cancellationToken).ConfigureAwait(false);
        if (lookup.Key is not { } key) return lookup.IsCertain ? VerificationOutcome.UnknownKey : VerificationOutcome.KeysUnavailable;

        var result = await _handler.ValidateTokenAsync(token, ParametersFor(key)).ConfigureAwait(false);
        return result.IsValid ? AccessTokenReader.Read(token, key, options.Audience) : OutcomeOf(result.Exception);
    }

    private static JsonWebToken? Parse(string compact)
    {
        if (compact.AsSpan().Count('.') != 2) return null;
        try
        {
            return new JsonWebToken(compact);
        }
        catch (Exception malformed) when (malformed is ArgumentException or SecurityTokenException or FormatException or System.Text.Json.JsonException)
        {
            return null;
        }
    }

    private static VerificationOutcome JudgeHeader(JsonWebToken token)
    {
        if (token.Typ != ClaimNames.AccessTokenType) return VerificationOutcome.WrongType;
        if (token.Alg != SecurityAlgorithms.EcdsaSha256) return VerificationOutcome.WrongAlgorithm;
        if (ForbiddenHeaders.Any(name => token.TryGetHeaderValue<object>(name, out _))) return VerificationOutcome.Malformed;
        return string.IsNullOrEmpty(token.Kid) ? VerificationOutcome.UnknownKey : VerificationOutcome.Accepted;
    }

    private TokenValidationParameters ParametersFor(SigningKey key) => new()
    {
        ValidTypes = [ClaimNames.AccessTokenType],
        ValidAlgorithms = [SecurityAlgorithms.EcdsaSha256],
        IssuerSigningKey = key.Key,
        TryAllIssuerSigningKeys = false,
        ValidIssuer = options.ExpectedIssuer,
        ValidAudience = options.Audience,
        ClockSkew = TimeSpan.Zero,

        // The library keeps its own clock. The rest of the lifetime is judged each time the token is used, and its presence by the reader.
        LifetimeValidator = (_, expires, _, _) => expires is null || expires > time.GetUtcNow().UtcDateTime,
    };

    private static VerificationOutcome OutcomeOf(Exception exception) => exception switch
    {
        SecurityTokenInvalidLifetimeException or SecurityTokenExpiredException => VerificationOutcome.Expired,
        SecurityTokenInvalidIssuerException => VerificationOutcome.WrongIssuer,
        SecurityTokenInvalidAudienceException => VerificationOutcome.WrongAudience,
        SecurityTokenInvalidTypeException => VerificationOutcome.WrongType,
        SecurityTokenInvalidAlgorithmException => VerificationOutcome.WrongAlgorithm,
        SecurityTokenInvalidSignatureException or SecurityTokenSignatureKeyNotFoundException => VerificationOutcome.BadSignature,
        _ => VerificationOutcome.Malformed,
    };
}
