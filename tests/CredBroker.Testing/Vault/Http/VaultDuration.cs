using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace CredBroker.Testing.Vault.Http;

/// <summary>Durations as Vault reads them (seconds, or <c>1h30m</c>) and as it writes them into warnings.</summary>
internal static partial class VaultDuration
{
    /// <summary>Null where nothing is said; zero counts as nothing, as it does in Vault.</summary>
    public static TimeSpan? Read(JsonNode? value)
    {
        if (value is null) return null;
        var duration = value.GetValueKind() == JsonValueKind.Number ? TimeSpan.FromSeconds((double)value) : Parse((string)value!);
        return duration == TimeSpan.Zero ? null : duration;
    }

    public static TimeSpan Parse(string text)
    {
        if (text.Length == 0) return TimeSpan.Zero;
        if (double.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var seconds)) return TimeSpan.FromSeconds(seconds);
        var parts = Units().Match(text);
        if (!parts.Success) throw VaultRefusal.BadRequest($"time: invalid duration \"{text}\"");
        return new TimeSpan(Number(parts, 1), Number(parts, 2), Number(parts, 3));
    }

    /// <summary>Without the units that are zero: <c>10m</c>, <c>1m30s</c>.</summary>
    public static string Text(TimeSpan duration)
    {
        var (hours, minutes, seconds) = ((int)duration.TotalHours, duration.Minutes, duration.Seconds);
        var text = (hours > 0 ? $"{hours}h" : "") + (minutes > 0 ? $"{minutes}m" : "") + (seconds > 0 ? $"{seconds}s" : "");
        return text.Length == 0 ? "0s" : text;
    }

    private static int Number(Match parts, int group) =>
        parts.Groups[group].Success ? int.Parse(parts.Groups[group].ValueSpan, CultureInfo.InvariantCulture) : 0;

    [GeneratedRegex("^(?:([0-9]+)h)?(?:([0-9]+)m)?(?:([0-9]+)s)?$")]
    private static partial Regex Units();
}
