using System.Text.Json.Nodes;
using CredBroker.Templates.Yaml;

namespace CredBroker.Templates.Shapes;

/// <summary>A mapping with known fields and no others.</summary>
internal sealed class MapShape(params IReadOnlyList<Field> fields) : Shape
{
    public IReadOnlyList<Field> Fields { get; } = fields;

    /// <summary>Whether exactly one of the fields must be there.</summary>
    public bool IsChoice { get; init; }

    public override JsonObject ToJsonSchema()
    {
        var properties = new JsonObject();
        foreach (var field in Fields)
        {
            if (field.Shape.ToJsonSchema() is not { } schema) continue;
            schema["description"] = field.Note;
            if (field.Default is { } value) schema["default"] = IsText(schema) ? value : JsonNode.Parse(value);
            properties.Add(field.Name, schema);
        }

        var result = new JsonObject { ["type"] = "object", ["additionalProperties"] = false, ["properties"] = properties };
        var required = Fields.Where(f => f.IsRequired).Select(f => (JsonNode)f.Name).ToArray();
        if (required.Length > 0) result["required"] = new JsonArray(required);
        if (!IsChoice) return result;
        result["minProperties"] = 1;
        result["maxProperties"] = 1;
        return result;
    }

    protected override void CheckValue(YamlNode node, string field, int line, FileFaults faults)
    {
        if (node is not YamlMap map)
        {
            faults.Add(node.Line, FieldPath.Shown(field), $"must be a mapping, not {NameOf(node)}");
            return;
        }

        CheckEntries(map, field, faults);
        ReportMissing(map, field, line, faults);
    }

    private static bool IsText(JsonObject schema) => schema["type"] is null || schema["type"]!.GetValue<string>() == "string";

    private void CheckEntries(YamlMap map, string field, FileFaults faults)
    {
        foreach (var entry in map.Entries)
        {
            var path = FieldPath.Of(field, entry.Key);
            var known = Fields.FirstOrDefault(f => string.Equals(f.Name, entry.Key, StringComparison.Ordinal));
            if (known is null) faults.Add(entry.Line, path, $"unknown field; known here: {KnownNames()}");
            else known.Shape.Check(entry.Value, path, entry.Line, faults);
        }
    }

    private void ReportMissing(YamlMap map, string field, int line, FileFaults faults)
    {
        foreach (var missing in Fields.Where(f => f.IsRequired && map.Find(f.Name) is null))
            faults.Add(line, FieldPath.Of(field, missing.Name), "is missing");
        if (IsChoice && Fields.Count(f => map.Find(f.Name) is not null) != 1)
            faults.Add(line, FieldPath.Shown(field), $"must hold exactly one of: {KnownNames()}");
    }

    private string KnownNames() => string.Join(", ", Fields.Where(f => f.Shape is not UnsupportedShape).Select(f => f.Name));
}
