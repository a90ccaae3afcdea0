using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace CredBroker.Templates.Yaml;

/// <summary>
/// Reads the documents of one file into plain trees. Anchors, aliases and tags are refused, so that a tree is never larger
/// than its text; so are keys that occur twice and nesting deeper than any document needs.
/// </summary>
internal sealed class YamlTextParser
{
    private const int DeepestNesting = 16;

    private readonly Scanner _scanner;
    private readonly Parser _parser;
    private readonly FileFaults _faults;

    private YamlTextParser(string text, FileFaults faults)
    {
        _scanner = new Scanner(new StringReader(text), skipComments: true);
        _parser = new Parser(_scanner);
        _faults = faults;
    }

    /// <summary>The documents before the first fault of syntax; that fault ends the file.</summary>
    public static IReadOnlyList<YamlDocument> Parse(string text, FileFaults faults)
    {
        var documents = new List<YamlDocument>();
        YamlTextParser? parser = null;
        try
        {
            parser = new YamlTextParser(text, faults);
            while (parser.ReadDocument() is { } document) documents.Add(document);
        }
        catch (YamlException fault)
        {
            faults.Add(parser?.LineOf(fault) ?? 1, "document", $"is not YAML: {fault.Message}");
        }
        catch (Exception fault) when (fault is ArgumentException or ArithmeticException or FormatException or InvalidOperationException)
        {
            // The library lets these out on some malformed text; for us they are syntax as well.
            faults.Add(parser?.CurrentLine ?? 1, "document", "is not YAML");
        }

        return documents;
    }

    private int CurrentLine => (int)(_parser.Current?.Start.Line ?? 1);

    // Some faults are said to begin where the mapping around them begins, far above.
    private int LineOf(YamlException fault) => (int)(fault.Start.Line >= CurrentLine ? fault.Start.Line : _scanner.CurrentPosition.Line);

    private YamlDocument? ReadDocument()
    {
        while (_parser.MoveNext())
        {
            if (_parser.Current is not DocumentStart) continue;
            _parser.MoveNext();
            var root = ReadNode("", DeepestNesting);
            if (root is not YamlScalar { IsPlain: true, Text: "" }) return new YamlDocument(_faults, root);
        }

        return null;
    }

    private YamlNode ReadNode(string field, int depth)
    {
        if (_parser.Current is AnchorAlias) return Faulty(field, "aliases are not read here; write the value out");
        if (_parser.Current is NodeEvent node) RefuseExtras(node, field);
        if (_parser.Current is not Scalar && depth == 0)
            throw new YamlException(_parser.Current!.Start, _parser.Current.End, $"nested deeper than {DeepestNesting}");
        return _parser.Current switch
        {
            Scalar scalar => new YamlScalar(CurrentLine, scalar.Value, scalar.Style == ScalarStyle.Plain),
            SequenceStart => ReadList(field, depth - 1),
            MappingStart => ReadMap(field, depth - 1),
            _ => throw new InvalidOperationException("Unexpected event."),
        };
    }

    private YamlList ReadList(string field, int depth)
    {
        var line = CurrentLine;
        var items = new List<YamlNode>();
        while (_parser.MoveNext() && _parser.Current is not SequenceEnd)
            items.Add(ReadNode(FieldPath.Of(field, items.Count), depth));
        return new YamlList(line, items);
    }

    private YamlMap ReadMap(string field, int depth)
    {
        var line = CurrentLine;
        var entries = new List<YamlEntry>();
        var lines = new Dictionary<string, int>(StringComparer.Ordinal);
        while (_parser.MoveNext() && _parser.Current is not MappingEnd)
        {
            var key = ReadNode(field, depth);
            var keyLine = key.Line;
            var name = (key as YamlScalar)?.Text;
            _parser.MoveNext();
            var path = name is null ? field : FieldPath.Of(field, name);
            var value = ReadNode(path, depth);
            if (name is null) _faults.Add(keyLine, FieldPath.Shown(field), "a key must be a single word");
            else if (lines.TryAdd(name, keyLine)) entries.Add(new YamlEntry(name, keyLine, value));
            else _faults.Add(keyLine, path, $"is given twice; first on line {lines[name]}");
        }

        return new YamlMap(line, entries);
    }

    private void RefuseExtras(NodeEvent node, string field)
    {
        if (!node.Anchor.IsEmpty) _faults.Add(CurrentLine, FieldPath.Shown(field), "anchors are not read here; write the value out");
        if (!node.Tag.IsEmpty) _faults.Add(CurrentLine, FieldPath.Shown(field), "tags are not read here");
    }

    private YamlFaulty Faulty(string field, string message)
    {
        _faults.Add(CurrentLine, FieldPath.Shown(field), message);
        return new YamlFaulty(CurrentLine);
    }
}
