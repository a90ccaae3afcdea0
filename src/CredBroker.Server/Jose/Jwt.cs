using System.Text.Json;

namespace CredBroker.Server.Jose;

/// <summary>A JWT (RFC 7519) that could be read in one way only, with claims of the right types and in range. Nothing of it is weighed yet.</summary>
internal sealed class Jwt
{
    private static readonly long MaxSeconds = DateTimeOffset.MaxValue.ToUnixTimeSeconds();

    private readonly JsonElement _claims;

    private Jwt(string text, string algorithm, string keyId, JsonElement claims)
    {
        (Text, Algorithm, KeyId, _claims) = (text, algorithm, keyId, claims);
        if (Has("iss") && Issuer is null) throw new JwtFault("its 'iss' is not a string");
        Audiences = AudiencesOf(claims);
        ExpiresAt = InstantOf("exp") ?? throw new JwtFault("it has no 'exp'");
        NotBefore = InstantOf("nbf");
        IssuedAt = InstantOf("iat");
    }

    /// <summary>The whole token.</summary>
    public string Text { get; }

    public string Algorithm { get; }

    public string KeyId { get; }

    public string? Issuer => StringOf("iss");

    public IReadOnlyList<string> Audiences { get; }

    public DateTimeOffset ExpiresAt { get; }

    public DateTimeOffset? NotBefore { get; }

    public DateTimeOffset? IssuedAt { get; }

    /// <exception cref="JwtFault">It is no JWT of that form.</exception>
    public static Jwt Read(ReadOnlySpan<byte> token, JwtForm form)
    {
        var jws = CompactJws.Read(token);
        var (algorithm, keyId) = form.Read(jws.Header);
        if (!StrictJson.TryParseObject(jws.Claims, out var claims)) throw new JwtFault("its claims are not one plain JSON object");
        using (claims)
            return new Jwt(jws.Text, algorithm, keyId, claims.RootElement.Clone());
    }

    public bool Has(string claim) => _claims.TryGetProperty(claim, out _);

    /// <summary>A claim that is a string, or such a member of a claim that is an object; null where it is not there or is none.</summary>
    public string? StringOf(params ReadOnlySpan<string> path)
    {
        var parent = _claims;
        foreach (var name in path[..^1])
            if (!parent.TryGetProperty(name, out parent) || parent.ValueKind is not JsonValueKind.Object) return null;
        return StrictJson.StringOf(parent, path[^1]);
    }

    public bool IsTrue(string claim) => _claims.TryGetProperty(claim, out var value) && value.ValueKind is JsonValueKind.True;

    private static string[] AudiencesOf(JsonElement claims)
    {
        if (!claims.TryGetProperty("aud", out var aud)) throw new JwtFault("it has no 'aud'");
        var values = aud.ValueKind switch
        {
            JsonValueKind.String => [aud.GetString()],
            JsonValueKind.Array => aud.EnumerateArray().Select(one => one.ValueKind is JsonValueKind.String ? one.GetString() : null).ToArray(),
            _ => Array.Empty<string?>(),
        };
        if (values.Length == 0 || values.Any(string.IsNullOrEmpty)) throw new JwtFault("its 'aud' is neither a string nor an array of strings");
        return values!;
    }

    // RFC 7519 would let a NumericDate have a fraction; no issuer writes one, and two readers could round it differently.
    private DateTimeOffset? InstantOf(string name)
    {
        if (!_claims.TryGetProperty(name, out var value)) return null;
        if (value.ValueKind is JsonValueKind.Number && value.TryGetInt64(out var seconds) && seconds > 0 && seconds <= MaxSeconds)
            return DateTimeOffset.FromUnixTimeSeconds(seconds);
        throw new JwtFault($"its '{name}' is not a whole number of seconds in range");
    }
}
