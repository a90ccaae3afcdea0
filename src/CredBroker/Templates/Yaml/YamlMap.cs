namespace CredBroker.Templates.Yaml;

/// <summary>A mapping. No key occurs twice.</summary>
internal sealed record YamlMap(int Line, IReadOnlyList<YamlEntry> Entries) : YamlNode(Line)
{
    public YamlEntry? Find(ReadOnlySpan<char> key)
    {
        foreach (var entry in Entries)
            if (key.SequenceEqual(entry.Key)) return entry;
        return null;
    }
}
