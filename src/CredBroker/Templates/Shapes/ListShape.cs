using System.Text.Json.Nodes;
using CredBroker.Templates.Yaml;

namespace CredBroker.Templates.Shapes;

/// <summary>A list of single values, none of them twice.</summary>
internal sealed class ListShape(Shape item) : Shape
{
    private const int MostItems = 256;

    /// <summary>The fewest items.</summary>
    public int Least { get; init; }

    public override JsonObject ToJsonSchema()
    {
        var result = new JsonObject { ["type"] = "array", ["items"] = item.ToJsonSchema(), ["maxItems"] = MostItems, ["uniqueItems"] = true };
        if (Least > 0) result["minItems"] = Least;
        return result;
    }

    protected override void CheckValue(YamlNode node, string field, int line, FileFaults faults)
    {
        if (node is not YamlList list)
        {
            faults.Add(node.Line, field, $"must be a list, not {NameOf(node)}");
            return;
        }

        if (list.Items.Count < Least) faults.Add(line, field, "must not be empty");
        if (list.Items.Count > MostItems) faults.Add(line, field, $"must not hold more than {MostItems} items");
        var seen = new HashSet<string>(StringComparer.Ordinal);
        for (var i = 0; i < list.Items.Count; i++)
        {
            var value = list.Items[i];
            item.Check(value, FieldPath.Of(field, i), value.Line, faults);
            if (value is YamlScalar scalar && !seen.Add(scalar.Text)) faults.Add(value.Line, FieldPath.Of(field, i), "is in the list already");
        }
    }
}
