using System.Text.Json;
using CredBroker.Server.Jose;
using CredBroker.Server.KeySets;

namespace CredBroker.Server.Attestation.SpiffeJwt;

/// <summary>
/// Reads a SPIFFE bundle (SPIFFE Trust Domain and Bundle §4): a JWK set in which only <c>use: jwt-svid</c> keys are looked at.
/// Two of one <c>kid</c> are a document that nobody should believe.
/// </summary>
internal static class TrustBundleReader
{
    /// <exception cref="InvalidDataException">It is no bundle; the message says why, for an operator.</exception>
    public static KeySet Read(ReadOnlyMemory<byte> utf8)
    {
        using var document = KeySetReader.Parse(utf8);
        var bundle = document.RootElement;
        var entries = KeySetReader.EntriesOf(bundle).Where(jwk => StrictJson.StringOf(jwk, "use") == "jwt-svid");
        var sequence = WholeNumber(bundle, "spiffe_sequence");
        var hint = WholeNumber(bundle, "spiffe_refresh_hint");
        var keys = KeySetReader.Collect(entries, out var hasTwins);
        if (hasTwins) throw new InvalidDataException("two of its keys have one 'kid'");
        return keys with { Sequence = sequence, RefreshHint = hint is { } seconds ? TimeSpan.FromSeconds(Math.Min(seconds, int.MaxValue)) : null };
    }

    private static ulong? WholeNumber(JsonElement bundle, string name)
    {
        if (!bundle.TryGetProperty(name, out var value)) return null;
        return value.ValueKind is JsonValueKind.Number && value.TryGetUInt64(out var number)
            ? number
            : throw new InvalidDataException($"its '{name}' is not a whole number");
    }
}
