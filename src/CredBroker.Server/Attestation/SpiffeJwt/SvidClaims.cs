using System.Text.Json;

namespace CredBroker.Server.Attestation.SpiffeJwt;

/// <summary>The claims of a JWT-SVID (JWT-SVID §3), of the right types and in range, but not yet weighed.</summary>
internal sealed record SvidClaims(
    SpiffeId Subject,
    IReadOnlyList<string> Audiences,
    DateTimeOffset ExpiresAt,
    DateTimeOffset? NotBefore,
    DateTimeOffset? IssuedAt)
{
    private static readonly long MaxSeconds = DateTimeOffset.MaxValue.ToUnixTimeSeconds();

    public static SvidClaims Read(CompactJws jws)
    {
        if (!StrictJson.TryParseObject(jws.Claims, out var document)) throw SvidRefusal.Because("its claims are not one plain JSON object");
        using (document)
            return Read(document.RootElement);
    }

    private static SvidClaims Read(JsonElement claims)
    {
        if (!SpiffeId.TryParse(StrictJson.StringOf(claims, "sub"), out var subject))
            throw SvidRefusal.Because("its subject is not a SPIFFE ID of a workload");
        if (claims.TryGetProperty("iss", out var issuer) && issuer.ValueKind is not JsonValueKind.String)
            throw SvidRefusal.Because("its 'iss' is not a string");
        return new SvidClaims(
            subject,
            AudiencesOf(claims),
            InstantOf(claims, "exp") ?? throw SvidRefusal.Because("it has no 'exp'"),
            InstantOf(claims, "nbf"),
            InstantOf(claims, "iat"));
    }

    private static string[] AudiencesOf(JsonElement claims)
    {
        if (!claims.TryGetProperty("aud", out var aud)) throw SvidRefusal.Because("it has no 'aud'");
        var values = aud.ValueKind switch
        {
            JsonValueKind.String => [aud.GetString()],
            JsonValueKind.Array => aud.EnumerateArray().Select(one => one.ValueKind is JsonValueKind.String ? one.GetString() : null).ToArray(),
            _ => Array.Empty<string?>(),
        };
        if (values.Length == 0 || values.Any(string.IsNullOrEmpty)) throw SvidRefusal.Because("its 'aud' is neither a string nor an array of strings");
        return values!;
    }

    // RFC 7519 would let a NumericDate have a fraction; no issuer of SVIDs writes one, and two readers could round it differently.
    private static DateTimeOffset? InstantOf(JsonElement claims, string name)
    {
        if (!claims.TryGetProperty(name, out var value)) return null;
        if (value.ValueKind is JsonValueKind.Number && value.TryGetInt64(out var seconds) && seconds > 0 && seconds <= MaxSeconds)
            return DateTimeOffset.FromUnixTimeSeconds(seconds);
        throw SvidRefusal.Because($"its '{name}' is not a whole number of seconds in range");
    }
}
