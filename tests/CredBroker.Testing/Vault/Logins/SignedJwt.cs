using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace CredBroker.Testing.Vault.Logins;

/// <summary>Reads a signed token and checks its signature and its end, with nothing that the server verifies with.</summary>
internal static class SignedJwt
{
    /// <summary>The claims; null where the token does not hold.</summary>
    public static JsonObject? Verify(string token, IEnumerable<string> publicKeys, DateTimeOffset now)
    {
        try
        {
            if (token.Split('.') is not [var header, var claims, var signature]) return null;
            var algorithm = (string?)Parse(header)["alg"] ?? "";
            var signed = Encoding.ASCII.GetBytes($"{header}.{claims}");
            if (!publicKeys.Any(key => IsSigned(algorithm, key, signed, Base64Url.DecodeFromChars(signature)))) return null;
            var parsed = Parse(claims);
            return (long?)parsed["exp"] > now.ToUnixTimeSeconds() ? parsed : null;
        }
        catch (Exception fault) when (fault is FormatException or JsonException or InvalidOperationException)
        {
            return null;
        }
    }

    public static bool IsFor(JsonObject claims, IReadOnlyList<string> audiences) =>
        audiences.Count == 0 || (claims["aud"] is JsonArray list ? list.Select(aud => (string)aud!) : [(string?)claims["aud"] ?? ""]).Any(audiences.Contains);

    private static bool IsSigned(string algorithm, string publicKey, byte[] signed, byte[] signature)
    {
        if (algorithm == "ES256")
        {
            using var ec = ECDsa.Create();
            ec.ImportFromPem(publicKey);
            return ec.VerifyData(signed, signature, HashAlgorithmName.SHA256);
        }

        using var rsa = RSA.Create();
        rsa.ImportFromPem(publicKey);
        return algorithm == "RS256" && rsa.VerifyData(signed, signature, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
    }

    private static JsonObject Parse(string part) => JsonNode.Parse(Base64Url.DecodeFromChars(part))!.AsObject();
}
