namespace CredBroker.Templates;

/// <summary>Collects the faults of one file into those of the set.</summary>
internal sealed class FileFaults(string file, List<CatalogueFault> all)
{
    private const int LongestField = 200;

    public string File { get; } = Printable(file);

    public void Add(int line, string field, string message) => all.Add(new CatalogueFault(File, line, Printable(field), message));

    // Keys and file names are other people's words: they must not forge a line of the log.
    private static string Printable(string text)
    {
        var shown = text.Length > LongestField ? string.Concat(text.AsSpan(0, LongestField), "…") : text;
        return string.Create(shown.Length, shown, static (span, from) =>
        {
            for (var i = 0; i < span.Length; i++)
                span[i] = char.IsControl(from[i]) || char.IsSurrogate(from[i]) || IsInvisible(from[i]) ? '?' : from[i];
        });
    }

    private static bool IsInvisible(char c) => char.GetUnicodeCategory(c)
        is System.Globalization.UnicodeCategory.Format
        or System.Globalization.UnicodeCategory.LineSeparator
        or System.Globalization.UnicodeCategory.ParagraphSeparator;
}
