using CredBroker.Templates;

namespace CredBroker.Policy.Cedar.Replays;

/// <summary>Reads the lines of audit trails, file by file, without holding them.</summary>
internal static class AuditFiles
{
    private const string Pattern = "*.jsonl";

    /// <summary>The files of a trail: one file, or those of a folder in their order.</summary>
    /// <exception cref="ReplayFaultException">There is none.</exception>
    public static IReadOnlyList<string> Of(string path)
    {
        if (File.Exists(path)) return [path];
        var files = Directory.Exists(path) ? Directory.GetFiles(path, Pattern) : [];
        return files.Length > 0 ? [.. files.Order(StringComparer.Ordinal)] : throw Fault(path, 0, $"is neither a file nor a folder with {Pattern} files");
    }

    /// <summary>Every whole line; what a broker is writing at this moment is left out.</summary>
    /// <exception cref="ReplayFaultException">A line is not one of an audit trail, or a file cannot be read.</exception>
    public static IEnumerable<AuditLine> Lines(IReadOnlyList<string> files, CancellationToken cancellationToken)
    {
        foreach (var file in files)
        {
            var number = 0;
            foreach (var text in Texts(file))
            {
                cancellationToken.ThrowIfCancellationRequested();
                number++;
                yield return AuditLine.TryRead(text, out var line) ? line : throw Fault(file, number, "is no line of an audit trail");
            }
        }
    }

    private static IEnumerable<string> Texts(string file)
    {
        using var reader = Open(file);
        string? whole = null;
        while (reader.ReadLine() is { } next)
        {
            if (whole is not null) yield return whole;
            whole = next;
        }

        if (whole is not null && EndsWithLineFeed(reader.BaseStream)) yield return whole;
    }

    private static bool EndsWithLineFeed(Stream stream)
    {
        stream.Seek(-1, SeekOrigin.End);
        return stream.ReadByte() == '\n';
    }

    private static StreamReader Open(string file)
    {
        try
        {
            return new StreamReader(new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete));
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw Fault(file, 0, "cannot be read");
        }
    }

    private static ReplayFaultException Fault(string file, int line, string reason) => new(new CatalogueFault(file, line, "audit", reason));
}
