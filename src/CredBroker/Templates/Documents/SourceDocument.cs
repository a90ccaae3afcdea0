using System.Globalization;
using CredBroker.Templates.Yaml;

namespace CredBroker.Templates.Documents;

/// <summary>
/// A document of a known kind. Fields are asked for by their path; one that is absent or of a bad form is null, so that
/// rules about several fields can be asked of a document that has other faults as well.
/// </summary>
internal sealed class SourceDocument(DocumentKind kind, YamlMap root, FileFaults faults)
{
    public DocumentKind Kind { get; } = kind;

    public string? Name => Text("metadata.name");

    /// <summary>Where its name stands, for faults of other documents.</summary>
    public string Place => string.Create(CultureInfo.InvariantCulture, $"{faults.File}:{LineOf("metadata.name")}");

    public bool Has(string path) => Find(path) is not null;

    public string? Text(string path) => (Find(path)?.Value as YamlScalar)?.Text;

    /// <summary>A duration of more than nothing.</summary>
    public TimeSpan? Duration(string path) => DurationText.TryParse(Text(path), out var duration) && duration > TimeSpan.Zero ? duration : null;

    public int? Integer(string path) => int.TryParse(Text(path), NumberStyles.None, CultureInfo.InvariantCulture, out var value) ? value : null;

    public TEnum? Word<TEnum>(string path) where TEnum : struct, Enum =>
        Text(path) is { } word && !char.IsAsciiDigit(word.FirstOrDefault()) && Enum.TryParse<TEnum>(word, ignoreCase: true, out var value) ? value : null;

    public IReadOnlyList<string> List(string path) => Find(path)?.Value is YamlList list ? [.. list.Items.OfType<YamlScalar>().Select(item => item.Text)] : [];

    public IReadOnlyDictionary<string, string> Texts(string path) => Find(path)?.Value is YamlMap map
        ? map.Entries.Where(entry => entry.Value is YamlScalar).ToDictionary(entry => entry.Key, entry => ((YamlScalar)entry.Value).Text, StringComparer.Ordinal)
        : new Dictionary<string, string>();

    /// <summary>Reports a fault of a field, or of the nearest thing above it that is there.</summary>
    public void Refuse(string path, string message) => faults.Add(LineOf(path), path, message);

    /// <summary>Asks its kind what is wrong with it.</summary>
    public void Check()
    {
        Kind.Shape.Check(root, "", root.Line, faults);
        foreach (var rule in Kind.Rules) rule(this);
    }

    private int LineOf(string path)
    {
        for (var part = path; part.Length > 0; part = part[..Math.Max(0, part.LastIndexOf('.'))])
            if (Find(part) is { } entry) return entry.Line;
        return root.Line;
    }

    private YamlEntry? Find(string path)
    {
        YamlNode? at = root;
        YamlEntry? entry = null;
        foreach (var part in path.AsSpan().Split('.'))
        {
            entry = (at as YamlMap)?.Find(path.AsSpan(part));
            at = entry?.Value;
        }

        return entry;
    }
}
