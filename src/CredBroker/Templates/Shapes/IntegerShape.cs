using System.Globalization;
using System.Text.Json.Nodes;
using CredBroker.Templates.Yaml;

namespace CredBroker.Templates.Shapes;

/// <summary>A whole number within bounds, in plain decimal digits.</summary>
internal sealed class IntegerShape(int least, int most) : Shape
{
    public override JsonObject ToJsonSchema() => new() { ["type"] = "integer", ["minimum"] = least, ["maximum"] = most };

    protected override void CheckValue(YamlNode node, string field, int line, FileFaults faults)
    {
        if (node is not YamlScalar { IsPlain: true } scalar
            || !int.TryParse(scalar.Text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var value)
            || value < least || value > most)
            faults.Add(node.Line, field, string.Create(CultureInfo.InvariantCulture, $"must be a whole number from {least} to {most}"));
    }
}
