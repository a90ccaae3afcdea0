using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace CredBroker.Server.Tests.Charts;

/// <summary>The table of values in the chart's README is that of values.yaml, with its defaults.</summary>
[TestFixture, Category("Unit")]
internal sealed partial class ChartReadmeTests
{
    [Test]
    public void Table_OfValues_IsThatOfTheFile()
    {
        var values = YamlDocuments.Parse(File.ReadAllText(Path.Combine(HelmProgram.Chart, "values.yaml"))).Single();
        var rows = Row().Matches(File.ReadAllText(Path.Combine(HelmProgram.Chart, "README.md")))
            .Select(row => $"{row.Groups["name"].Value} = {row.Groups["default"].Value}");

        Assert.That(rows, Is.EquivalentTo(Leaves("", values)));
    }

    [Test]
    public void Values_ByTheirSchema_AreAllThatThereIs()
    {
        var values = YamlDocuments.Parse(File.ReadAllText(Path.Combine(HelmProgram.Chart, "values.yaml"))).Single().AsObject();
        var schema = JsonNode.Parse(File.ReadAllText(Path.Combine(HelmProgram.Chart, "values.schema.json")))!["properties"]!.AsObject();

        Assert.That(schema.Select(property => property.Key).Except(["global"]), Is.EquivalentTo(values.Select(value => value.Key)));
    }

    [TestCaseSource(nameof(Examples))]
    public async Task Example_OfADocument_IsTaken(string document, string values)
    {
        var file = Path.GetTempFileName();
        await File.WriteAllTextAsync(file, values);
        try
        {
            // What an example leaves out is as in the smallest set.
            var result = await RenderedChart.TryRenderAsync("--values", RenderedChart.ValuesOf("minimal"), "--values", file);

            Assert.That(result.ExitCode, Is.Zero, $"{document}: {result.Error}");
        }
        finally
        {
            File.Delete(file);
        }
    }

    private static IEnumerable<TestCaseData> Examples() =>
        from document in new[] { "docs/kubernetes.md", "charts/credbroker/README.md" }
        from block in Block().Matches(File.ReadAllText(Path.Combine(Testing.Repository.Root, document))).Index()
        select new TestCaseData(document, block.Item.Groups["yaml"].Value).SetArgDisplayNames(document, $"block {block.Index}");

    private static IEnumerable<string> Leaves(string path, JsonNode? value) => value is JsonObject { Count: > 0 } map && !IsOneValue(path)
        ? map.SelectMany(entry => Leaves(path.Length == 0 ? entry.Key : $"{path}.{entry.Key}", entry.Value))
        : [$"{path} = {value?.ToJsonString()}"];

    // Kubernetes' own forms are explained there, and not field by field.
    private static bool IsOneValue(string path) => path is "resources";

    [GeneratedRegex(@"^```yaml\n(?<yaml>.+?)^```$", RegexOptions.Multiline | RegexOptions.Singleline | RegexOptions.ExplicitCapture)]
    private static partial Regex Block();

    [GeneratedRegex(@"^\| `(?<name>[A-Za-z.]+)` \| .+ \| `(?<default>[^`]*)` \|$", RegexOptions.Multiline | RegexOptions.ExplicitCapture)]
    private static partial Regex Row();
}
