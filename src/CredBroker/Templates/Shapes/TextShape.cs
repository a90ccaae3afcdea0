using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using CredBroker.Templates.Yaml;

namespace CredBroker.Templates.Shapes;

/// <summary>Text of a certain form.</summary>
/// <param name="pattern">The form as a regular expression of ECMA-262 without anchors, for the reader and the schema.</param>
/// <param name="mustBe">The form in words, to follow "must be".</param>
/// <param name="further">What a regular expression cannot say.</param>
internal sealed class TextShape(string pattern, string mustBe, Func<string, bool>? further = null) : Shape
{
    // \z and not $, which also matches before a line break at the end.
    private readonly Regex _form = new($@"^(?:{pattern})\z", RegexOptions.CultureInvariant | RegexOptions.Compiled);

    public override JsonObject ToJsonSchema() => new() { ["type"] = "string", ["pattern"] = $"^(?:{pattern})$" };

    protected override void CheckValue(YamlNode node, string field, int line, FileFaults faults)
    {
        if (node is not YamlScalar { IsText: true } scalar)
            faults.Add(node.Line, field, $"must be {mustBe}, not {NameOf(node)}{(node is YamlScalar ? "; text that looks like that needs quotes" : "")}");
        else if (!_form.IsMatch(scalar.Text) || further?.Invoke(scalar.Text) == false)
            faults.Add(node.Line, field, $"must be {mustBe}");
    }
}
