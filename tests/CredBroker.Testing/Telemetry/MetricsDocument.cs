using System.Text.RegularExpressions;

namespace CredBroker.Testing.Telemetry;

/// <summary>The table of instruments of <c>docs/metrics.md</c>.</summary>
public static partial class MetricsDocument
{
    /// <summary>An instrument as the document has it.</summary>
    public sealed record Row(string Name, string Kind, string Unit, IReadOnlyList<string> Tags)
    {
        /// <summary>Its name in Prometheus, without what a histogram appends.</summary>
        public string PrometheusName => Name.Replace('.', '_') + (Unit == "s" ? "_seconds" : "") + (Kind == "counter" ? "_total" : "");
    }

    public static string Text { get; } = File.ReadAllText(Path.Combine(Repository.Root, "docs", "metrics.md"));

    public static IReadOnlyList<Row> Rows { get; } =
    [
        .. InstrumentRow().Matches(Text).Select(row => new Row(
            row.Groups["name"].Value, row.Groups["kind"].Value, row.Groups["unit"].Value,
            [.. Word().Matches(row.Groups["tags"].Value).Select(word => word.Groups["word"].Value).Order(StringComparer.Ordinal)])),
    ];

    [GeneratedRegex(@"^\| `(?<name>credbroker\.[a-z_.]+)` \| (?<kind>\w+) \| `(?<unit>[^`]+)` \|(?<tags>[^|]*)\|", RegexOptions.Multiline)]
    private static partial Regex InstrumentRow();

    [GeneratedRegex("`(?<word>[^`]+)`")]
    private static partial Regex Word();
}
