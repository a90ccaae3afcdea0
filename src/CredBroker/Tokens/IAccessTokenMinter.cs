namespace CredBroker.Tokens;

/// <summary>Signs access tokens with the current key.</summary>
public interface IAccessTokenMinter
{
    /// <summary>
    /// The compact JWS, <c>typ: at+jwt</c> (RFC 9068). The same claims give the same content; the signature of ES256 differs each time.
    /// </summary>
    string Mint(AccessTokenClaims claims);
}
