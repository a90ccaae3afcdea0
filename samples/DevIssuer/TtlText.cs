using System.Globalization;

namespace DevIssuer;

/// <summary>Reads durations such as <c>90s</c>, <c>5m</c>, <c>1h</c>.</summary>
internal static class TtlText
{
    private static readonly TimeSpan Longest = TimeSpan.FromHours(24);

    public static TimeSpan? Parse(string text)
    {
        if (text.Length < 2 || !int.TryParse(text.AsSpan(..^1), NumberStyles.None, CultureInfo.InvariantCulture, out var number)) return null;
        TimeSpan? ttl = text[^1] switch
        {
            's' => TimeSpan.FromSeconds(number),
            'm' => TimeSpan.FromMinutes(number),
            'h' => TimeSpan.FromHours(number),
            _ => null,
        };
        return ttl > TimeSpan.Zero && ttl <= Longest ? ttl : null;
    }
}
