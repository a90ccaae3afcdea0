using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;

namespace CredBroker.Tokens;

/// <summary>The public half of an elliptic-curve signing key, as a JSON Web Key says it (RFC 7517, RFC 7518 section 6.2).</summary>
/// <param name="Id"><c>kid</c>: the key's RFC 7638 SHA-256 thumbprint.</param>
/// <param name="Algorithm"><c>alg</c>: the one algorithm that the key signs with.</param>
/// <param name="Curve"><c>crv</c>.</param>
/// <param name="X"><c>x</c>, base64url.</param>
/// <param name="Y"><c>y</c>, base64url.</param>
public sealed record PublicSigningKey(string Id, string Algorithm, string Curve, string X, string Y)
{
    /// <summary><c>kty</c>.</summary>
    public const string KeyType = "EC";

    internal static PublicSigningKey Of(ECPoint point, string algorithm, string curve)
    {
        var x = Base64Url.EncodeToString(point.X);
        var y = Base64Url.EncodeToString(point.Y);
        // RFC 7638 section 3: the required members in this order, without white space.
        var members = $$"""{"crv":"{{curve}}","kty":"{{KeyType}}","x":"{{x}}","y":"{{y}}"}""";
        var thumbprint = Base64Url.EncodeToString(SHA256.HashData(Encoding.ASCII.GetBytes(members)));
        return new PublicSigningKey(thumbprint, algorithm, curve, x, y);
    }
}
