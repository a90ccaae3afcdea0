using System.Text.Json;

namespace CredBroker.Server.Attestation;

/// <summary>What a SPIFFE bundle says of itself as a whole (SPIFFE Trust Domain and Bundle section 4.1).</summary>
internal static class SpiffeBundle
{
    /// <exception cref="InvalidDataException">It is not as it should be; the message says why, for an operator.</exception>
    public static (ulong? Sequence, TimeSpan? RefreshHint) HeadOf(JsonElement bundle)
    {
        var hint = WholeNumber(bundle, "spiffe_refresh_hint");
        return (WholeNumber(bundle, "spiffe_sequence"), hint is { } seconds ? TimeSpan.FromSeconds(Math.Min(seconds, int.MaxValue)) : null);
    }

    private static ulong? WholeNumber(JsonElement bundle, string name)
    {
        if (!bundle.TryGetProperty(name, out var value)) return null;
        return value.ValueKind is JsonValueKind.Number && value.TryGetUInt64(out var number)
            ? number
            : throw new InvalidDataException($"its '{name}' is not a whole number");
    }
}
