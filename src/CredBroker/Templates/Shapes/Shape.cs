using System.Text.Json.Nodes;
using CredBroker.Templates.Yaml;

namespace CredBroker.Templates.Shapes;

/// <summary>
/// What a value must look like by itself. The reader checks documents with it and the JSON Schema for editors is
/// written from it, so that the two cannot differ.
/// </summary>
internal abstract class Shape
{
    /// <summary>Reports what is wrong with a value.</summary>
    /// <param name="node">The value.</param>
    /// <param name="field">Its path.</param>
    /// <param name="line">The line of its key, for what is missing from it.</param>
    /// <param name="faults">Where faults go.</param>
    public void Check(YamlNode node, string field, int line, FileFaults faults)
    {
        if (node is YamlFaulty) return;
        if (node is YamlScalar { IsNothing: true } && this is not UnsupportedShape) faults.Add(node.Line, FieldPath.Shown(field), "has no value");
        else CheckValue(node, field, line, faults);
    }

    /// <summary>The same as a JSON Schema (draft 7); null for what editors should not offer.</summary>
    public abstract JsonObject? ToJsonSchema();

    protected abstract void CheckValue(YamlNode node, string field, int line, FileFaults faults);

    protected static string NameOf(YamlNode node) => node switch
    {
        YamlMap => "a mapping",
        YamlList => "a list",
        YamlScalar { IsBoolean: true } => "true or false",
        YamlScalar { IsNumber: true } => "a number",
        _ => "text",
    };
}
