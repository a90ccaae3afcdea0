using System.Globalization;
using System.Text.RegularExpressions;

namespace CredBroker.Testing.Telemetry;

/// <summary>What Prometheus reads.</summary>
public sealed partial class Scrape
{
    private readonly IReadOnlyList<(string Name, IReadOnlyDictionary<string, string> Labels, double Value)> _series;

    private Scrape(string text)
    {
        Text = text;
        _series = [.. Line().Matches(text).Select(line => (
            line.Groups["name"].Value,
            (IReadOnlyDictionary<string, string>)Label().Matches(line.Groups["labels"].Value)
                .ToDictionary(label => label.Groups["name"].Value, label => label.Groups["value"].Value),
            double.Parse(line.Groups["value"].Value, CultureInfo.InvariantCulture)))];
    }

    public string Text { get; }

    public static async Task<Scrape> ReadAsync(Uri address)
    {
        using var http = new HttpClient { BaseAddress = address };
        return new Scrape(await http.GetStringAsync(new Uri("/metrics", UriKind.Relative)));
    }

    /// <summary>The sum of the series of a name that have these labels; null where there is none.</summary>
    public double? Sum(string name, params (string Label, string Value)[] labels)
    {
        var found = _series.Where(series => series.Name == name && labels.All(label => series.Labels.GetValueOrDefault(label.Label) == label.Value)).ToList();
        return found.Count == 0 ? null : found.Sum(series => series.Value);
    }

    /// <summary>The labels of each series of a name, without those that every one has.</summary>
    public IReadOnlyList<IReadOnlyList<string>> LabelsOf(string name) =>
    [
        .. _series.Where(series => series.Name == name || series.Name == name + "_count")
            .Select(series => series.Labels.Keys.Where(label => !label.StartsWith("otel_scope_", StringComparison.Ordinal)).Order(StringComparer.Ordinal).ToList()),
    ];

    [GeneratedRegex(@"^(?<name>[a-zA-Z_:]\w*)(\{(?<labels>[^}]*)\})? (?<value>\S+)", RegexOptions.Multiline)]
    private static partial Regex Line();

    [GeneratedRegex(@"(?<name>\w+)=""(?<value>[^""]*)""")]
    private static partial Regex Label();
}
