using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using CredBroker.Templates.Yaml;

namespace CredBroker.Templates.Shapes;

/// <summary>A mapping whose names are the writer's own.</summary>
/// <param name="names">The form of the names as a regular expression of ECMA-262 without anchors.</param>
/// <param name="namesMustBe">The form of the names in words, to follow "must be".</param>
/// <param name="value">The shape of each value.</param>
internal sealed class TextMapShape(string names, string namesMustBe, Shape value) : Shape
{
    private const int MostEntries = 32;

    private readonly Regex _name = new($@"^(?:{names})\z", RegexOptions.CultureInvariant | RegexOptions.Compiled);

    public override JsonObject ToJsonSchema() => new()
    {
        ["type"] = "object",
        ["maxProperties"] = MostEntries,
        ["propertyNames"] = new JsonObject { ["pattern"] = $"^(?:{names})$" },
        ["additionalProperties"] = value.ToJsonSchema(),
    };

    protected override void CheckValue(YamlNode node, string field, int line, FileFaults faults)
    {
        if (node is not YamlMap map)
        {
            faults.Add(node.Line, field, $"must be a mapping, not {NameOf(node)}");
            return;
        }

        if (map.Entries.Count > MostEntries) faults.Add(line, field, $"must not hold more than {MostEntries} entries");
        foreach (var entry in map.Entries)
        {
            var path = FieldPath.Of(field, entry.Key);
            if (!_name.IsMatch(entry.Key)) faults.Add(entry.Line, path, $"the name must be {namesMustBe}");
            else value.Check(entry.Value, path, entry.Line, faults);
        }
    }
}
