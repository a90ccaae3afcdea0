using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;

namespace CredBroker.Cli;

/// <summary>Durations as people type them: <c>30s</c>, <c>5m</c>, <c>2h</c>.</summary>
internal static class DurationText
{
    public static Option<TimeSpan?> Option(string name, string description) => new(name)
    {
        Description = $"{description}, such as 30s, 5m or 2h.",
        HelpName = "duration",
        CustomParser = Read,
    };

    public static bool TryParse(string text, out TimeSpan duration)
    {
        duration = default;
        if (text.Length < 2 || !int.TryParse(text[..^1], NumberStyles.None, CultureInfo.InvariantCulture, out var number)) return false;
        long? seconds = text[^1] switch { 's' => 1, 'm' => 60, 'h' => 3600, _ => null };
        duration = TimeSpan.FromSeconds(number * (seconds ?? 0));
        return seconds is not null;
    }

    private static TimeSpan? Read(ArgumentResult result)
    {
        var text = result.Tokens.Single().Value;
        if (TryParse(text, out var duration)) return duration;
        result.AddError($"{text} is not a duration: write it as 30s, 5m or 2h.");
        return null;
    }
}
