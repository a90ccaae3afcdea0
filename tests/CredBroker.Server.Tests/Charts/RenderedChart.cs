using System.Text.Json.Nodes;

namespace CredBroker.Server.Tests.Charts;

/// <summary>What Helm makes of the chart and one of its sets of values in <c>ci/</c>. Each is rendered once for all tests.</summary>
internal sealed record RenderedChart(string Text, IReadOnlyList<JsonNode> Documents)
{
    private static readonly Dictionary<string, Lazy<Task<RenderedChart>>> Rendered =
        Sets.ToDictionary(set => set, set => new Lazy<Task<RenderedChart>>(() => RenderAsync("--values", ValuesOf(set))));

    /// <summary>The names of the sets of values.</summary>
    public static IEnumerable<string> Sets => Directory.GetFiles(Path.Combine(HelmProgram.Chart, "ci"), "*-values.yaml")
        .Select(file => Path.GetFileName(file)[..^"-values.yaml".Length]).Order(StringComparer.Ordinal);

    public static string ValuesOf(string set) => Path.Combine(HelmProgram.Chart, "ci", $"{set}-values.yaml");

    public static Task<RenderedChart> GetAsync(string set) => Rendered[set].Value;

    public static async Task<RenderedChart> RenderAsync(params string[] arguments)
    {
        var result = await TryRenderAsync(arguments);
        return result.ExitCode == 0
            ? new RenderedChart(result.Output, YamlDocuments.Parse(result.Output))
            : throw new InvalidOperationException(result.Error);
    }

    public static Task<ProgramResult> TryRenderAsync(params string[] arguments) =>
        HelmProgram.RunAsync("template", ["rel", HelmProgram.Chart, "--namespace", "security", .. arguments]);

    public JsonNode One(string kind) => All(kind).Single();

    public IEnumerable<JsonNode> All(string kind) => Documents.Where(document => (string?)document["kind"] == kind);

    /// <summary>The pods' template.</summary>
    public JsonNode Pod => One("StatefulSet")["spec"]!["template"]!["spec"]!;

    /// <summary>The settings that the brokers get by their environment, but for those that come from a secret.</summary>
    public IReadOnlyDictionary<string, string> Settings() => Pod["containers"]![0]!["env"]!.AsArray()
        .Where(variable => variable!["value"] is not null)
        .ToDictionary(variable => ((string)variable!["name"]!).Replace("__", ":", StringComparison.Ordinal), variable => (string)variable!["value"]!);
}
