using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;

namespace CredBroker.Testing.Attestation;

/// <summary>A caller that makes DPoP proofs, good ones or whatever it is told. It uses nothing of what the server verifies with.</summary>
public sealed class TestDpop(TimeProvider time, string algorithm = "ES256") : IDisposable
{
    public TestSigningKey Key { get; } = TestSigningKey.For(algorithm);

    /// <summary>RFC 7638 thumbprint of the key.</summary>
    public string Thumbprint
    {
        get
        {
            var jwk = Jwk();
            string[] names = jwk["kty"]!.GetValue<string>() == "EC" ? ["crv", "kty", "x", "y"] : ["e", "kty", "n"];
            var members = string.Join(',', names.Select(name => $"\"{name}\":\"{jwk[name]!.GetValue<string>()}\""));
            return Base64Url.EncodeToString(SHA256.HashData(Encoding.UTF8.GetBytes($"{{{members}}}")));
        }
    }

    public static string HashOf(string token) => Base64Url.EncodeToString(SHA256.HashData(Encoding.ASCII.GetBytes(token)));

    /// <summary>The public key alone.</summary>
    public JsonObject Jwk()
    {
        var jwk = Key.ToJwk();
        jwk.Remove("kid");
        jwk.Remove("use");
        return jwk;
    }

    public JsonObject Header() => new() { ["typ"] = "dpop+jwt", ["alg"] = Key.Algorithm, ["jwk"] = Jwk() };

    public JsonObject Claims(string method, string address, string? token = null, string? nonce = null)
    {
        var claims = new JsonObject
        {
            ["jti"] = Guid.NewGuid().ToString("N"),
            ["htm"] = method,
            ["htu"] = address,
            ["iat"] = time.GetUtcNow().ToUnixTimeSeconds(),
        };
        if (token is not null) claims["ath"] = HashOf(token);
        if (nonce is not null) claims["nonce"] = nonce;
        return claims;
    }

    public string Sign(JsonObject header, JsonObject claims) => TestJws.Sign(header.ToJsonString(), claims.ToJsonString(), Key);

    public string Prove(string method, string address, string? token = null, string? nonce = null) =>
        Sign(Header(), Claims(method, address, token, nonce));

    public void Dispose() => Key.Dispose();
}
