using System.Text.RegularExpressions;

namespace CredBroker.Templates.Yaml;

/// <summary>A single value. What a plain one means is as the core schema of YAML 1.2 (section 10.3.2) says.</summary>
internal sealed partial record YamlScalar(int Line, string Text, bool IsPlain) : YamlNode(Line)
{
    public bool IsNothing => IsPlain && Text is ("" or "~" or "null" or "Null" or "NULL");

    public bool IsBoolean => IsPlain && Text is ("true" or "True" or "TRUE" or "false" or "False" or "FALSE");

    public bool IsNumber => IsPlain && Number().IsMatch(Text);

    public bool IsText => !IsPlain || !(IsNothing || IsBoolean || IsNumber);

    [GeneratedRegex(@"^([-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+|[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?|[-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN))\z", RegexOptions.ExplicitCapture)]
    private static partial Regex Number();
}
