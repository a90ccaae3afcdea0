using System.Collections.Frozen;
using System.Text.Json;

namespace CredBroker.Server.Attestation.SpiffeJwt;

/// <summary>The JOSE header of a JWT-SVID (JWT-SVID §2): which algorithm and which key, and nothing that would change how it is read.</summary>
internal sealed record SvidHeader(string Algorithm, string KeyId)
{
    // Each of these brings a key along, points to one, or asks for processing that nobody here does.
    private static readonly string[] Forbidden = ["jwk", "jku", "x5c", "x5u", "x5t", "x5t#S256", "crit", "b64", "zip", "enc"];

    private static readonly FrozenSet<string> Algorithms = new[]
    {
        "ES256", "ES384", "ES512", "RS256", "RS384", "RS512", "PS256", "PS384", "PS512",
    }.ToFrozenSet(StringComparer.Ordinal);

    public static SvidHeader Read(CompactJws jws)
    {
        if (!StrictJson.TryParseObject(jws.Header, out var document)) throw SvidRefusal.Because("its header is not one plain JSON object");
        using (document)
            return Read(document.RootElement);
    }

    private static SvidHeader Read(JsonElement header)
    {
        foreach (var name in Forbidden)
            if (header.TryGetProperty(name, out _)) throw SvidRefusal.Because($"its header holds '{name}'");
        if (header.TryGetProperty("typ", out _) && StrictJson.StringOf(header, "typ") is not ("JWT" or "JOSE"))
            throw SvidRefusal.Because("its type is neither JWT nor JOSE");
        if (StrictJson.StringOf(header, "alg") is not { } algorithm || !Algorithms.Contains(algorithm))
            throw SvidRefusal.Because("its algorithm is not among those of a JWT-SVID");
        if (StrictJson.StringOf(header, "kid") is not { } keyId || !BundleKey.IsKeyId(keyId))
            throw SvidRefusal.Because("it does not name its key by a plain 'kid'");
        return new SvidHeader(algorithm, keyId);
    }
}
