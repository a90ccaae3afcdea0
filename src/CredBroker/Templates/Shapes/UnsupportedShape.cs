using System.Text.Json.Nodes;
using CredBroker.Templates.Yaml;

namespace CredBroker.Templates.Shapes;

/// <summary>A field that the design knows and this version does not.</summary>
internal sealed class UnsupportedShape : Shape
{
    public const string Message = "not supported by this version";

    public override JsonObject? ToJsonSchema() => null;

    protected override void CheckValue(YamlNode node, string field, int line, FileFaults faults) => faults.Add(line, field, Message);
}
