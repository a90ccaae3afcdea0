using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text.Json;
using Microsoft.IdentityModel.Tokens;

namespace CredBroker.Server.Jose;

/// <summary>Reads one JWK (RFC 7517, RFC 7518 §6) into a key that can verify; says why where it cannot.</summary>
internal static class JwkReader
{
    private const int MinRsaBits = 2048;
    private const int MaxRsaBits = 8192;

    private static readonly Dictionary<string, (string Algorithm, ECCurve Curve, int Bytes)> Curves = new(StringComparer.Ordinal)
    {
        ["P-256"] = ("ES256", ECCurve.NamedCurves.nistP256, 32),
        ["P-384"] = ("ES384", ECCurve.NamedCurves.nistP384, 48),
        ["P-521"] = ("ES512", ECCurve.NamedCurves.nistP521, 66),
    };

    private static readonly string[] PrivateMembers = ["d", "p", "q", "dp", "dq", "qi", "oth", "k"];
    private static readonly string[] RsaAlgorithms = ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512"];

    /// <summary>The key, or null and the fault, in words for an operator.</summary>
    public static VerificationKey? Read(JsonElement jwk, out string fault)
    {
        fault = FaultOf(jwk);
        if (fault.Length > 0) return null;
        return ReadKey(jwk, StrictJson.StringOf(jwk, "kid")!, out fault);
    }

    /// <summary>The same of a key that stands for itself and has no name, such as the one in a DPoP proof.</summary>
    public static VerificationKey? ReadUnnamed(JsonElement jwk, out string fault)
    {
        fault = PrivateMembers.Any(name => jwk.TryGetProperty(name, out _)) ? "it is no public key" : "";
        return fault.Length > 0 ? null : ReadKey(jwk, "", out fault);
    }

    private static VerificationKey? ReadKey(JsonElement jwk, string keyId, out string fault)
    {
        var (key, algorithms) = StrictJson.StringOf(jwk, "kty") switch
        {
            "EC" => ReadEc(jwk, out fault),
            "RSA" => ReadRsa(jwk, out fault),
            _ => Nothing("its type is neither EC nor RSA", out fault),
        };
        if (key is null) return null;
        if (jwk.TryGetProperty("alg", out _))
            algorithms = [.. algorithms.Where(algorithm => algorithm == StrictJson.StringOf(jwk, "alg"))];
        if (algorithms.Count == 0) fault = "its 'alg' does not go with its type";
        key.KeyId = keyId;
        return algorithms.Count == 0 ? null : new VerificationKey(keyId, key, algorithms);
    }

    private static string FaultOf(JsonElement jwk)
    {
        if (!VerificationKey.IsKeyId(StrictJson.StringOf(jwk, "kid"))) return "it has no plain 'kid'";
        if (jwk.TryGetProperty("d", out _)) return "it is a private key";
        if (!jwk.TryGetProperty("key_ops", out var uses)) return "";
        return uses.ValueKind is JsonValueKind.Array && uses.EnumerateArray().Any(use => use.ValueKind is JsonValueKind.String && use.ValueEquals("verify"))
            ? ""
            : "its 'key_ops' do not allow verifying";
    }

    private static (JsonWebKey? Key, IReadOnlyList<string> Algorithms) ReadEc(JsonElement jwk, out string fault)
    {
        if (!Curves.TryGetValue(StrictJson.StringOf(jwk, "crv") ?? "", out var curve))
            return Nothing("its curve is none of P-256, P-384, P-521", out fault);
        if (BytesOf(jwk, "x") is not { } x || x.Length != curve.Bytes || BytesOf(jwk, "y") is not { } y || y.Length != curve.Bytes)
            return Nothing("its coordinates are not of its curve", out fault);
        try
        {
            using var onCurve = ECDsa.Create(new ECParameters { Curve = curve.Curve, Q = new ECPoint { X = x, Y = y } });
        }
        catch (CryptographicException)
        {
            return Nothing("its point is not on its curve", out fault);
        }

        fault = "";
        var key = new JsonWebKey { Kty = "EC", Crv = StrictJson.StringOf(jwk, "crv"), X = Base64Url.EncodeToString(x), Y = Base64Url.EncodeToString(y) };
        return (key, [curve.Algorithm]);
    }

    private static (JsonWebKey? Key, IReadOnlyList<string> Algorithms) ReadRsa(JsonElement jwk, out string fault)
    {
        if (BytesOf(jwk, "n") is not { Length: > 0 } modulus || BytesOf(jwk, "e") is not { Length: > 0 and <= 8 } exponent)
            return Nothing("its modulus or exponent is not there", out fault);
        modulus = [.. modulus.SkipWhile(leading => leading == 0)];
        var bits = modulus.Length == 0 ? 0 : (modulus.Length * 8) - byte.LeadingZeroCount(modulus[0]);
        if (bits is < MinRsaBits or > MaxRsaBits) return Nothing($"it has {bits} bits, not {MinRsaBits} to {MaxRsaBits}", out fault);
        if (exponent.All(part => part == 0) || exponent is [1] || exponent[^1] % 2 == 0) return Nothing("its exponent is not an odd number above 1", out fault);
        fault = "";
        return (new JsonWebKey { Kty = "RSA", N = Base64Url.EncodeToString(modulus), E = Base64Url.EncodeToString(exponent) }, RsaAlgorithms);
    }

    private static byte[]? BytesOf(JsonElement jwk, string name)
    {
        try
        {
            return StrictJson.StringOf(jwk, name) is { } text ? Base64Url.DecodeFromChars(text) : null;
        }
        catch (FormatException)
        {
            return null;
        }
    }

    private static (JsonWebKey? Key, IReadOnlyList<string> Algorithms) Nothing(string why, out string fault)
    {
        fault = why;
        return (null, []);
    }
}
