using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using Microsoft.IdentityModel.Tokens;

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

    private const string P256 = "1.2.840.10045.3.1.7";
    private const string PemLabel = "PUBLIC KEY";

    /// <summary>Reads a key for ES256 from SubjectPublicKeyInfo PEM.</summary>
    /// <exception cref="CryptographicException">It is not exactly one such key on P-256.</exception>
    public static PublicSigningKey FromPem(ReadOnlySpan<char> pem)
    {
        if (!PemEncoding.TryFind(pem, out var fields) || !pem[fields.Label].SequenceEqual(PemLabel))
            throw new CryptographicException("Not a public key in PEM.");
        using var key = ECDsa.Create();
        try
        {
            key.ImportFromPem(pem);
        }
        catch (ArgumentException fault)
        {
            throw new CryptographicException("Not one public key in PEM.", fault);
        }

        var parameters = key.ExportParameters(includePrivateParameters: false);
        return parameters.Curve.Oid.Value == P256
            ? Of(parameters.Q, SecurityAlgorithms.EcdsaSha256, "P-256")
            : throw new CryptographicException("Not a key on the curve P-256.");
    }

    /// <summary>The key as SubjectPublicKeyInfo PEM.</summary>
    public string ExportPem()
    {
        using var key = ECDsa.Create(new ECParameters
        {
            Curve = ECCurve.NamedCurves.nistP256,
            Q = new ECPoint { X = Base64Url.DecodeFromChars(X), Y = Base64Url.DecodeFromChars(Y) },
        });
        return key.ExportSubjectPublicKeyInfoPem();
    }

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
