using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Microsoft.IdentityModel.Tokens;

namespace CredBroker.Server.Jose;

/// <summary>
/// A DPoP proof (RFC 9449 §4.2) whose signature verifies with the key that it brings along: whoever made it holds that key. What it was
/// made for is yet to be held against the request.
/// </summary>
internal sealed record DpopProof
{
    /// <summary>Its <c>typ</c>: no other kind of token is a proof, and a proof is no other kind of token.</summary>
    public const string Type = "dpop+jwt";

    private const int MaxBytes = 8 * 1024;
    private const int MaxIdLength = 256;

    private static readonly string[] Forbidden = [.. JwtForm.NeverThere.Where(name => name != "jwk")];

    // What a stranger sends is not worth remembering.
    private static readonly CryptoProviderFactory Crypto = new() { CacheSignatureProviders = false };

    private DpopProof(string thumbprint, JsonElement claims)
    {
        Thumbprint = thumbprint;
        Id = Text(claims, "jti") is { Length: > 0 and <= MaxIdLength } id ? id : throw new JwtFault("it has no 'jti'");
        Method = Text(claims, "htm") ?? throw new JwtFault("it has no 'htm'");
        Address = Text(claims, "htu") ?? throw new JwtFault("it has no 'htu'");
        Nonce = Text(claims, "nonce");
        TokenHash = Text(claims, "ath");
        IssuedAt = claims.TryGetProperty("iat", out var at) && at.ValueKind is JsonValueKind.Number && at.TryGetInt64(out var seconds)
            && seconds > 0 && seconds <= DateTimeOffset.MaxValue.ToUnixTimeSeconds()
                ? DateTimeOffset.FromUnixTimeSeconds(seconds)
                : throw new JwtFault("its 'iat' is not a whole number of seconds in range");
    }

    /// <summary>RFC 7638 thumbprint of its key.</summary>
    public string Thumbprint { get; }

    public string Id { get; }

    public string Method { get; }

    public string Address { get; }

    public DateTimeOffset IssuedAt { get; }

    public string? Nonce { get; }

    public string? TokenHash { get; }

    /// <exception cref="JwtFault">It is no proof, or its signature does not verify.</exception>
    public static DpopProof Read(string text)
    {
        if (text.Length > MaxBytes) throw new JwtFault("it is larger than 8 KB");
        var jws = CompactJws.Read(Encoding.UTF8.GetBytes(text));
        if (!StrictJson.TryParseObject(jws.Header, out var header)) throw new JwtFault("its header is not one plain JSON object");
        using (header)
        {
            var key = KeyOf(header.RootElement);
            Verify(jws, key, Text(header.RootElement, "alg"));
            if (!StrictJson.TryParseObject(jws.Claims, out var claims)) throw new JwtFault("its claims are not one plain JSON object");
            using (claims)
                return new DpopProof(Base64Url.EncodeToString(key.Key.ComputeJwkThumbprint()), claims.RootElement);
        }
    }

    /// <summary>What <c>ath</c> must be for a token.</summary>
    public static string HashOf(string token) => Base64Url.EncodeToString(SHA256.HashData(Encoding.ASCII.GetBytes(token)));

    /// <summary>Whether it was made for an address; query and fragment do not count, and must not be there (RFC 9449 §4.2).</summary>
    public bool IsFor(Uri address) =>
        Uri.TryCreate(Address, UriKind.Absolute, out var own) && own.UserInfo.Length == 0 && own.Query.Length == 0 && own.Fragment.Length == 0
        && Uri.Compare(own, address, UriComponents.SchemeAndServer, UriFormat.SafeUnescaped, StringComparison.OrdinalIgnoreCase) == 0
        && string.Equals(own.AbsolutePath, address.AbsolutePath, StringComparison.Ordinal);

    private static VerificationKey KeyOf(JsonElement header)
    {
        if (Text(header, "typ") != Type) throw new JwtFault("its type is that of another kind of token");
        foreach (var name in Forbidden)
            if (header.TryGetProperty(name, out _)) throw new JwtFault($"its header holds '{name}'");
        if (!header.TryGetProperty("jwk", out var jwk) || jwk.ValueKind is not JsonValueKind.Object) throw new JwtFault("it brings no key along");
        return JwkReader.ReadUnnamed(jwk, out var fault) ?? throw new JwtFault($"its key is not good: {fault}");
    }

    private static void Verify(CompactJws jws, VerificationKey key, string? algorithm)
    {
        if (algorithm is null || !key.Algorithms.Contains(algorithm)) throw new JwtFault("its algorithm does not go with its key");
        var dot = jws.Text.LastIndexOf('.');
        if (!Verifies(key, algorithm, Encoding.ASCII.GetBytes(jws.Text[..dot]), Base64Url.DecodeFromChars(jws.Text.AsSpan(dot + 1))))
            throw new JwtFault("its signature does not verify");
    }

    private static bool Verifies(VerificationKey key, string algorithm, byte[] signed, byte[] signature)
    {
        SignatureProvider? provider = null;
        try
        {
            provider = Crypto.CreateForVerifying(key.Key, algorithm);
            return provider.Verify(signed, signature);
        }
        catch (Exception fault) when (fault is CryptographicException or ArgumentException or InvalidOperationException or NotSupportedException or SecurityTokenException)
        {
            throw new JwtFault("its signature does not verify", fault);
        }
        finally
        {
            if (provider is not null) Crypto.ReleaseSignatureProvider(provider);
        }
    }

    private static string? Text(JsonElement parent, string name) =>
        !parent.TryGetProperty(name, out _) ? null : StrictJson.StringOf(parent, name) ?? throw new JwtFault($"its '{name}' is not a string");
}
