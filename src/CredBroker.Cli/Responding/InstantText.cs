using System.Globalization;

namespace CredBroker.Cli.Responding;

/// <summary>Instants as people type them: RFC 3339, UTC unless said, or how long ago (<c>2h</c>).</summary>
internal static class InstantText
{
    private static readonly string[] Forms = ["yyyy-MM-dd'T'HH:mm:ss.FFFFFFFK", "yyyy-MM-dd'T'HH:mmK", "yyyy-MM-dd HH:mm:ssK", "yyyy-MM-dd HH:mmK"];

    public static DateTimeOffset Read(string option, string text, TimeProvider time)
    {
        if (DurationText.TryParse(text, out var ago)) return time.GetUtcNow() - ago;
        return DateTimeOffset.TryParseExact(text, Forms, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var instant)
            ? instant
            : throw new UsageException($"{option} {text}: write it as 2026-03-01T02:30:00Z, or as how long ago: 30s, 5m, 2h.");
    }
}
