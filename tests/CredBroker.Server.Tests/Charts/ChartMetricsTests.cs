using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using CredBroker.Testing;

namespace CredBroker.Server.Tests.Charts;

/// <summary>Dashboard and alert rules ask for metrics that there are, and for tags that these have.</summary>
[TestFixture, Category("Unit")]
internal sealed partial class ChartMetricsTests
{
    private static readonly string[] TagsOfPrometheus = ["le", "namespace", "job", "pod", "instance", "service"];
    private static readonly Lazy<Dictionary<string, string[]>> Documented = new(ReadDocument);

    [TestCaseSource(nameof(Expressions))]
    public void Expression_Metrics_AreDocumented(string expression)
    {
        var asked = MetricName().Matches(expression).Select(name => name.Value).ToList();

        Assert.That(asked.Count > 0 || expression.StartsWith("up{", StringComparison.Ordinal) || expression.StartsWith("label_values(", StringComparison.Ordinal));
        Assert.That(asked.Where(name => !Documented.Value.ContainsKey(name)), Is.Empty, "not in docs/metrics.md");
    }

    [TestCaseSource(nameof(Expressions))]
    public void Expression_Tags_AreThoseOfItsMetrics(string expression)
    {
        string[] tags = [.. MetricName().Matches(expression).SelectMany(name => Documented.Value[name.Value]), .. TagsOfPrometheus];
        var asked = Grouping().Matches(expression).SelectMany(by => by.Groups["tags"].Value.Split(','))
            .Concat(Matcher().Matches(expression).Select(matcher => matcher.Groups["tag"].Value)).Select(tag => tag.Trim());

        Assert.That(asked.Except(tags), Is.Empty);
    }

    [Test]
    public void Expressions_OfDashboardAndRules_AreMany() => Assert.That(Expressions().Count(), Is.GreaterThan(40));

    /// <summary>A sentence of an alert shows only labels that its expression leaves.</summary>
    [TestCaseSource(nameof(Alerts))]
    public void Alert_Labels_AreLeftByItsExpression(JsonNode alert)
    {
        var expression = (string)alert["expr"]!;
        var shown = ShownLabel().Matches((string)alert["annotations"]!["description"]!).Select(label => label.Groups["label"].Value);
        var grouped = Grouping().Matches(expression).SelectMany(by => by.Groups["tags"].Value.Split(',').Select(tag => tag.Trim())).ToList();
        var isAggregated = AnyAggregation().IsMatch(expression);

        Assert.That(shown.Where(label => isAggregated && !grouped.Contains(label)), Is.Empty);
    }

    private static IEnumerable<JsonNode> Alerts() => YamlDocuments.Parse(Rules()).Single()["spec"]!["groups"]!.AsArray()
        .SelectMany(group => group!["rules"]!.AsArray()).Select(rule => rule!);

    private static IEnumerable<string> Expressions() =>
    [
        .. Alerts().Select(rule => (string)rule["expr"]!),
        .. Dashboard()["panels"]!.AsArray().SelectMany(panel => panel!["targets"]?.AsArray() ?? []).Select(target => (string)target!["expr"]!),
        .. Dashboard()["templating"]!["list"]!.AsArray().Select(variable => variable!["query"]).OfType<JsonObject>().Select(query => (string)query["query"]!),
    ];

    private static JsonNode Dashboard() => JsonNode.Parse(File.ReadAllText(Path.Combine(HelmProgram.Chart, "files", "dashboard.json")))!;

    /// <summary>From the golden: cases are made before Helm can be asked, and another test holds the golden against Helm.</summary>
    private static string Rules() => File.ReadAllText(Path.Combine(Repository.Root, "tests", "CredBroker.Server.Tests", "Charts", "Goldens", "monitoring.yaml"))
        .Split("\n---\n").Single(document => document.Contains("kind: PrometheusRule\n", StringComparison.Ordinal));

    /// <summary>The names that Prometheus gives to what docs/metrics.md lists, each with its tags.</summary>
    private static Dictionary<string, string[]> ReadDocument()
    {
        var found = new Dictionary<string, string[]>();
        foreach (var row in MetricRow().Matches(File.ReadAllText(Path.Combine(Repository.Root, "docs", "metrics.md"))).Select(match => match.Groups))
        {
            var name = row["name"].Value.Replace('.', '_') + (row["unit"].Value == "s" ? "_seconds" : "");
            var tags = row["tags"].Value.Split(',').Select(tag => tag.Trim(' ', '`')).Where(tag => tag.Length > 0).ToArray();
            foreach (var suffix in row["kind"].Value switch { "counter" => ["_total"], "histogram" => new[] { "_bucket", "_sum", "_count" }, _ => [""] })
                found[name + suffix] = tags;
        }

        return found;
    }

    [GeneratedRegex(@"^\| `(?<name>credbroker\.[a-z_.]+)` \| (?<kind>[a-z]+) \| `(?<unit>[^`]+)` \| (?<tags>[^|]*)\|", RegexOptions.Multiline | RegexOptions.ExplicitCapture)]
    private static partial Regex MetricRow();

    [GeneratedRegex(@"\bcredbroker_[a-z_]+")]
    private static partial Regex MetricName();

    [GeneratedRegex(@"\bby \((?<tags>[a-z_, ]+)\)", RegexOptions.ExplicitCapture)]
    private static partial Regex Grouping();

    [GeneratedRegex(@"[{,](?<tag>[a-z_]+)=""", RegexOptions.ExplicitCapture)]
    private static partial Regex Matcher();

    [GeneratedRegex(@"\$labels\.(?<label>[a-z_]+)", RegexOptions.ExplicitCapture)]
    private static partial Regex ShownLabel();

    [GeneratedRegex(@"\b(sum|max|min|count)\b")]
    private static partial Regex AnyAggregation();
}
