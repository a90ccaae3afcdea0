using System.Globalization;

namespace CredBroker.Templates;

/// <summary>
/// Durations as documents write them: hours, minutes and seconds in that order, each at most once and with its unit:
/// <c>30s</c>, <c>5m</c>, <c>4h</c>, <c>1h30m</c>. A bare number is not a duration.
/// </summary>
public static class DurationText
{
    /// <summary>The form, as a regular expression of ECMA-262 without anchors.</summary>
    public const string Pattern = "(?=[0-9])([0-9]{1,5}h)?([0-9]{1,5}m)?([0-9]{1,5}s)?";

    private const string Units = "hms";
    private const int MaxDigits = 5;
    private static readonly TimeSpan[] Lengths = [TimeSpan.FromHours(1), TimeSpan.FromMinutes(1), TimeSpan.FromSeconds(1)];

    /// <summary>Reads a duration; false where it is not of the exact form. Zero is a duration.</summary>
    public static bool TryParse(string? text, out TimeSpan duration)
    {
        duration = default;
        if (string.IsNullOrEmpty(text)) return false;
        var total = TimeSpan.Zero;
        var nextUnit = 0;
        for (var at = 0; at < text.Length;)
        {
            var digits = text.AsSpan(at).IndexOfAnyExceptInRange('0', '9');
            if (digits is < 1 or > MaxDigits) return false;
            var unit = Units.IndexOf(text[at + digits], StringComparison.Ordinal);
            if (unit < nextUnit) return false;
            total += Lengths[unit] * int.Parse(text.AsSpan(at, digits), NumberStyles.None, CultureInfo.InvariantCulture);
            nextUnit = unit + 1;
            at += digits + 1;
        }

        duration = total;
        return true;
    }

    /// <summary>Writes a duration in the same form, in whole seconds: 90 minutes are <c>1h30m</c>, nothing is <c>0s</c>.</summary>
    public static string Format(TimeSpan duration)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(duration, TimeSpan.Zero);
        var hours = (long)duration.TotalHours;
        var text = string.Create(CultureInfo.InvariantCulture,
            $"{(hours > 0 ? $"{hours}h" : "")}{(duration.Minutes > 0 ? $"{duration.Minutes}m" : "")}{(duration.Seconds > 0 ? $"{duration.Seconds}s" : "")}");
        return text.Length == 0 ? "0s" : text;
    }
}
