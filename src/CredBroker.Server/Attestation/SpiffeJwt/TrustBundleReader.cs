using System.Collections.Frozen;
using System.Text.Json;

namespace CredBroker.Server.Attestation.SpiffeJwt;

/// <summary>
/// Reads a SPIFFE bundle (SPIFFE Trust Domain and Bundle §4): a JWK set in which only <c>use: jwt-svid</c> keys are looked at.
/// A single key that cannot be taken is left out, so that the removal of another key in the same document still bites.
/// </summary>
internal static class TrustBundleReader
{
    /// <exception cref="InvalidDataException">It is no bundle; the message says why, for an operator.</exception>
    public static TrustBundle Read(ReadOnlyMemory<byte> utf8)
    {
        if (!StrictJson.TryParseObject(utf8, out var document)) throw new InvalidDataException("it is not one JSON object without duplicate names");
        using (document)
            return Read(document.RootElement);
    }

    private static TrustBundle Read(JsonElement bundle)
    {
        if (!bundle.TryGetProperty("keys", out var entries) || entries.ValueKind is not JsonValueKind.Array)
            throw new InvalidDataException("it has no 'keys' array");
        var sequence = WholeNumber(bundle, "spiffe_sequence");
        WholeNumber(bundle, "spiffe_refresh_hint");

        var keys = new Dictionary<string, BundleKey>(StringComparer.Ordinal);
        var seen = new HashSet<string>(StringComparer.Ordinal);
        var leftOut = new List<string>();
        foreach (var jwk in entries.EnumerateArray().Where(IsForJwtSvids))
        {
            // A key that is left out still owns its name: two of one kid is a document that nobody should believe.
            if (StrictJson.StringOf(jwk, "kid") is { } keyId && !seen.Add(keyId)) throw new InvalidDataException("two of its keys have one 'kid'");
            if (BundleKeyReader.Read(jwk, out var fault) is { } key) keys.Add(key.KeyId, key);
            else leftOut.Add(fault);
        }

        return new TrustBundle(keys.ToFrozenDictionary(StringComparer.Ordinal), sequence, leftOut);
    }

    private static bool IsForJwtSvids(JsonElement jwk) =>
        jwk.ValueKind is JsonValueKind.Object ? StrictJson.StringOf(jwk, "use") == "jwt-svid" : throw new InvalidDataException("a key is not a JSON object");

    private static ulong? WholeNumber(JsonElement bundle, string name)
    {
        if (!bundle.TryGetProperty(name, out var value)) return null;
        return value.ValueKind is JsonValueKind.Number && value.TryGetUInt64(out var number)
            ? number
            : throw new InvalidDataException($"its '{name}' is not a whole number");
    }
}
