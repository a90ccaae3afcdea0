namespace CredBroker.Templates.Yaml;

/// <summary>A key, its line and its value.</summary>
internal sealed record YamlEntry(string Key, int Line, YamlNode Value);
