using System.Text.Json.Nodes;
using CredBroker.Templates.Yaml;

namespace CredBroker.Templates.Shapes;

/// <summary>A duration with its unit, more than nothing and not above a bound.</summary>
internal sealed class DurationShape(TimeSpan most) : Shape
{
    public override JsonObject ToJsonSchema() => new() { ["type"] = "string", ["pattern"] = $"^(?:{DurationText.Pattern})$" };

    protected override void CheckValue(YamlNode node, string field, int line, FileFaults faults)
    {
        if (node is not YamlScalar scalar || !DurationText.TryParse(scalar.Text, out var duration))
            faults.Add(node.Line, field, "must be a duration with its unit, such as 30s, 5m, 4h or 1h30m");
        else if (duration <= TimeSpan.Zero || duration > most)
            faults.Add(node.Line, field, $"must be more than 0s and at most {DurationText.Format(most)}");
    }
}
