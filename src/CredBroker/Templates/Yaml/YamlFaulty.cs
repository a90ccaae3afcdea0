namespace CredBroker.Templates.Yaml;

/// <summary>Stands where a value was that has been reported already, so that it is not reported twice.</summary>
internal sealed record YamlFaulty(int Line) : YamlNode(Line);
