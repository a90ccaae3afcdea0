namespace CredBroker.Templates.Yaml;

/// <summary>One document of a file.</summary>
internal sealed record YamlDocument(FileFaults Faults, YamlNode Root);
