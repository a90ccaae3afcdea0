using System.Text.Json.Nodes;
using CredBroker.Templates.Yaml;

namespace CredBroker.Templates.Shapes;

/// <summary><c>true</c> or <c>false</c>.</summary>
internal sealed class BooleanShape : Shape
{
    public override JsonObject ToJsonSchema() => new() { ["type"] = "boolean" };

    protected override void CheckValue(YamlNode node, string field, int line, FileFaults faults)
    {
        if (node is not YamlScalar { IsPlain: true, Text: "true" or "false" }) faults.Add(node.Line, field, "must be true or false");
    }
}
