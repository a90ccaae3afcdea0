namespace CredBroker.Templates.Yaml;

/// <summary>A value of a document and the line on which it begins, from 1.</summary>
internal abstract record YamlNode(int Line);
