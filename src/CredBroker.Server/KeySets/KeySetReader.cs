using System.Collections.Frozen;
using System.Text.Json;
using CredBroker.Server.Jose;

namespace CredBroker.Server.KeySets;

/// <summary>
/// Reads JWK sets (RFC 7517 §5). A single key that cannot be taken is left out, so that the removal of another key in the same
/// document still bites; a set without any is good, and trusts nothing.
/// </summary>
internal static class KeySetReader
{
    /// <summary>Reads the set of an issuer: keys for signatures. Two of one <c>kid</c> are both left out.</summary>
    /// <exception cref="InvalidDataException">It is no key set; the message says why, for an operator.</exception>
    public static KeySet Read(ReadOnlyMemory<byte> utf8)
    {
        using var document = Parse(utf8);
        return Collect(EntriesOf(document.RootElement).Where(IsForSignatures), out _);
    }

    /// <exception cref="InvalidDataException">It is not one plain JSON object.</exception>
    public static JsonDocument Parse(ReadOnlyMemory<byte> utf8) =>
        StrictJson.TryParseObject(utf8, out var document) ? document : throw new InvalidDataException("it is not one JSON object without duplicate names");

    /// <exception cref="InvalidDataException">There are no entries, or one is no key at all.</exception>
    public static IEnumerable<JsonElement> EntriesOf(JsonElement set)
    {
        if (!set.TryGetProperty("keys", out var entries) || entries.ValueKind is not JsonValueKind.Array)
            throw new InvalidDataException("it has no 'keys' array");
        return entries.EnumerateArray().All(entry => entry.ValueKind is JsonValueKind.Object)
            ? entries.EnumerateArray()
            : throw new InvalidDataException("a key is not a JSON object");
    }

    /// <summary>Takes the keys that can be used. One that is left out still owns its name.</summary>
    public static KeySet Collect(IEnumerable<JsonElement> jwks, out bool hasTwins)
    {
        var keys = new Dictionary<string, VerificationKey>(StringComparer.Ordinal);
        var seen = new HashSet<string>(StringComparer.Ordinal);
        var leftOut = new List<string>();
        hasTwins = false;
        foreach (var jwk in jwks)
        {
            if (StrictJson.StringOf(jwk, "kid") is { } keyId && !seen.Add(keyId))
            {
                hasTwins = true;
                keys.Remove(keyId);
                leftOut.Add("another has the same 'kid'");
            }
            else if (JwkReader.Read(jwk, out var fault) is { } key)
            {
                keys.Add(key.KeyId, key);
            }
            else
            {
                leftOut.Add(fault);
            }
        }

        return new KeySet(keys.ToFrozenDictionary(StringComparer.Ordinal), leftOut);
    }

    private static bool IsForSignatures(JsonElement jwk) => !jwk.TryGetProperty("use", out _) || StrictJson.StringOf(jwk, "use") == "sig";
}
