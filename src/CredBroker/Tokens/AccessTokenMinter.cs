using Microsoft.Extensions.Options;
using Microsoft.IdentityModel.JsonWebTokens;

namespace CredBroker.Tokens;

/// <summary>
/// Signs access tokens with the ring's current key. The header holds <c>alg</c>, <c>kid</c> and <c>typ</c> and nothing that
/// would tell a verifier where to find another key.
/// </summary>
public sealed class AccessTokenMinter(ISigningKeyRing keys, IOptions<TokenOptions> options) : IAccessTokenMinter
{
    private readonly JsonWebTokenHandler _handler = new() { SetDefaultTimesOnTokenCreation = false };
    private readonly Dictionary<string, object> _header = new() { [JwtHeaderParameterNames.Typ] = ClaimNames.AccessTokenType };
    private readonly string _issuer = options.Value.Issuer;

    /// <inheritdoc/>
    /// <exception cref="ArgumentException">A claim that is required is empty, or the token would end before it begins.</exception>
    public string Mint(AccessTokenClaims claims)
    {
        Require(claims);
        return _handler.CreateToken(AccessTokenPayload.Write(claims, _issuer), keys.Current.Credentials, _header);
    }

    private static void Require(AccessTokenClaims claims)
    {
        ArgumentNullException.ThrowIfNull(claims);
        ArgumentException.ThrowIfNullOrEmpty(claims.LeaseId.Value, nameof(claims));
        ArgumentException.ThrowIfNullOrEmpty(claims.TaskId.Value, nameof(claims));
        ArgumentException.ThrowIfNullOrEmpty(claims.Subject, nameof(claims));
        ArgumentException.ThrowIfNullOrEmpty(claims.ClientId, nameof(claims));
        ArgumentException.ThrowIfNullOrEmpty(claims.Audience, nameof(claims));
        if (claims.ExpiresAt < claims.IssuedAt) throw new ArgumentException("A token cannot end before it begins.", nameof(claims));
    }
}
