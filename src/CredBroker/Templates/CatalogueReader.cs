using System.Text;
using CredBroker.Templates.Documents;
using CredBroker.Templates.Yaml;

namespace CredBroker.Templates;

/// <summary>
/// Reads a folder of YAML documents (kinds Template, Target and WorkloadRule) into one set. It is strict: whatever it does
/// not know is a fault, and it goes on after a fault so that all of them are told at once.
/// </summary>
public static class CatalogueReader
{
    /// <summary>The largest file that is read, in bytes.</summary>
    public const int MaxFileBytes = 4 * 1024 * 1024;

    /// <summary>The most that all files together may hold, in bytes.</summary>
    public const int MaxTotalBytes = 32 * 1024 * 1024;

    private static readonly UTF8Encoding StrictUtf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>Reads everything below a folder. A folder without any document is a fault: nobody means that.</summary>
    /// <exception cref="OperationCanceledException">The caller gave up.</exception>
    public static CatalogueReading Read(string folder, CancellationToken cancellationToken = default) => Read(folder, [], cancellationToken);

    /// <summary>Reads everything below a folder, for a place that asks more of its templates.</summary>
    /// <exception cref="OperationCanceledException">The caller gave up.</exception>
    public static CatalogueReading Read(string folder, IReadOnlyList<ITemplateCheck> checks, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(folder);
        var faults = new List<CatalogueFault>();
        if (List(folder, faults) is not { } entries) return new CatalogueReading(null, faults) { IsWorthRetrying = true };

        var documents = new List<SourceDocument>();
        var unread = false;
        long left = MaxTotalBytes;
        foreach (var entry in entries.Where(e => e.IsDocument))
        {
            cancellationToken.ThrowIfCancellationRequested();
            var fileFaults = new FileFaults(entry.Name, faults);
            if (ReadText(entry, fileFaults, ref left, ref unread) is not { } text) continue;
            documents.AddRange(YamlTextParser.Parse(text, fileFaults).Select(DocumentKinds.Read).OfType<SourceDocument>());
        }

        SetRules.Check(documents);
        if (documents.Count == 0 && faults.Count == 0) faults.Add(new CatalogueFault(folder, 0, "folder", "holds no documents"));
        if (faults.Count == 0)
        {
            var snapshot = SnapshotBuilder.Build(documents);
            SetRules.CheckPlace(documents, snapshot, checks);
            if (faults.Count == 0) return new CatalogueReading(snapshot, []);
        }

        return new CatalogueReading(null, Sorted(faults)) { IsWorthRetrying = unread };
    }

    private static CatalogueFault[] Sorted(IEnumerable<CatalogueFault> faults) =>
        [.. faults.OrderBy(f => f.File, StringComparer.Ordinal).ThenBy(f => f.Line).ThenBy(f => f.Field, StringComparer.Ordinal)];

    private static IReadOnlyList<CatalogueEntry>? List(string folder, List<CatalogueFault> faults)
    {
        try
        {
            return CatalogueFolder.List(folder);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            var message = fault switch
            {
                DirectoryNotFoundException => "is not there",
                UnauthorizedAccessException => "may not be read",
                _ => "cannot be read, or nests too deep (does a link lead back?)",
            };
            faults.Add(new CatalogueFault(folder, 0, "folder", message));
            return null;
        }
    }

    private static string? ReadText(CatalogueEntry entry, FileFaults faults, ref long left, ref bool unread)
    {
        try
        {
            using var file = new FileStream(entry.FullPath, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            var expected = file.Length;
            if (expected > MaxFileBytes) return Refuse($"is larger than {MaxFileBytes} bytes");
            var bytes = new byte[expected + 1];
            var length = file.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false);
            // The beginning of a file can be a good set by itself, and still not what was meant.
            unread |= length != expected;
            if (length != expected) return Refuse("changed while it was read");
            left -= length;
            if (left < 0) return Refuse($"the files together are larger than {MaxTotalBytes} bytes");
            var text = StrictUtf8.GetString(bytes, 0, length);
            return text.StartsWith('\uFEFF') ? text[1..] : text;
        }
        catch (DecoderFallbackException)
        {
            return Refuse("is not UTF-8");
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            unread = true;
            return Refuse(fault is UnauthorizedAccessException ? "may not be read" : "cannot be read");
        }

        string? Refuse(string message)
        {
            faults.Add(0, "file", message);
            return null;
        }
    }
}
