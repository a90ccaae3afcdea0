using System.Text.Json.Nodes;
using CredBroker.Templates.Yaml;

namespace CredBroker.Templates.Shapes;

/// <summary>One of a few words.</summary>
internal sealed class ChoiceShape(params IReadOnlyList<string> words) : Shape
{
    public override JsonObject ToJsonSchema() => new() { ["enum"] = new JsonArray([.. words.Select(w => (JsonNode)w)]) };

    /// <summary>Words that the design knows and this version does not.</summary>
    public IReadOnlyList<string> Unsupported { get; init; } = [];

    protected override void CheckValue(YamlNode node, string field, int line, FileFaults faults)
    {
        var word = (node as YamlScalar)?.Text;
        if (word is not null && words.Contains(word, StringComparer.Ordinal)) return;
        if (word is not null && Unsupported.Contains(word, StringComparer.Ordinal))
            faults.Add(node.Line, field, $"{word} is {UnsupportedShape.Message}");
        else
            faults.Add(node.Line, field, words.Count == 1 ? $"must be {words[0]}" : $"must be one of: {string.Join(", ", words)}");
    }
}
