using System.Text;

namespace CredBroker.Templates;

/// <summary>Reads the text of every document of a folder, within bounds, and goes on after a fault so that all of them are told at once.</summary>
internal sealed class FolderTexts
{
    /// <summary>The largest file that is read, in bytes.</summary>
    public const int MaxFileBytes = 4 * 1024 * 1024;

    /// <summary>The most that all files together may hold, in bytes.</summary>
    public const int MaxTotalBytes = 32 * 1024 * 1024;

    private static readonly UTF8Encoding StrictUtf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    private readonly List<CatalogueFault> _faults = [];
    private long _left = MaxTotalBytes;

    private FolderTexts()
    {
    }

    /// <summary>The texts, each with a place for its faults, in the order of their names.</summary>
    public List<(FileFaults File, string Text)> Texts { get; } = [];

    /// <summary>Every fault so far, by file and line; what reads the texts adds its own.</summary>
    public IReadOnlyList<CatalogueFault> Faults =>
        [.. _faults.OrderBy(f => f.File, StringComparer.Ordinal).ThenBy(f => f.Line).ThenBy(f => f.Field, StringComparer.Ordinal)];

    /// <summary>Whether the folder or a file could not be read at all, so that trying again may help although nothing changed.</summary>
    public bool IsUnread { get; private set; }

    /// <summary>Reads everything below a folder. A folder without any document is a fault: nobody means that.</summary>
    /// <exception cref="OperationCanceledException">The caller gave up.</exception>
    public static FolderTexts Read(string folder, IReadOnlyList<string> extensions, CancellationToken cancellationToken)
    {
        ArgumentException.ThrowIfNullOrEmpty(folder);
        var texts = new FolderTexts();
        if (texts.List(folder, extensions) is not { } entries) return texts;
        foreach (var entry in entries.Where(e => e.IsDocument))
        {
            cancellationToken.ThrowIfCancellationRequested();
            var file = new FileFaults(entry.Name, texts._faults);
            if (texts.ReadText(entry, file) is { } text) texts.Texts.Add((file, text));
        }

        return texts;
    }

    /// <summary>Notes that there is nothing in the folder.</summary>
    public void RefuseEmpty(string folder) => _faults.Add(new CatalogueFault(folder, 0, "folder", "holds no documents"));

    private IReadOnlyList<CatalogueEntry>? List(string folder, IReadOnlyList<string> extensions)
    {
        try
        {
            return CatalogueFolder.List(folder, extensions);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            var message = fault switch
            {
                DirectoryNotFoundException => "is not there",
                UnauthorizedAccessException => "may not be read",
                _ => "cannot be read, or nests too deep (does a link lead back?)",
            };
            _faults.Add(new CatalogueFault(folder, 0, "folder", message));
            IsUnread = true;
            return null;
        }
    }

    private string? ReadText(CatalogueEntry entry, FileFaults faults)
    {
        try
        {
            if (EmptyFile.IsAt(entry.FullPath)) return "";
            using var file = new FileStream(entry.FullPath, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            var expected = file.Length;
            if (expected > MaxFileBytes) return Refuse(faults, $"is larger than {MaxFileBytes} bytes");
            var bytes = new byte[expected + 1];
            var length = file.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false);
            // The beginning of a file can be a good set by itself, and still not what was meant.
            IsUnread |= length != expected;
            if (length != expected) return Refuse(faults, "changed while it was read");
            _left -= length;
            if (_left < 0) return Refuse(faults, $"the files together are larger than {MaxTotalBytes} bytes");
            var text = StrictUtf8.GetString(bytes, 0, length);
            return text.StartsWith('\uFEFF') ? text[1..] : text;
        }
        catch (DecoderFallbackException)
        {
            return Refuse(faults, "is not UTF-8");
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            IsUnread = true;
            return Refuse(faults, fault is UnauthorizedAccessException ? "may not be read" : "cannot be read");
        }
    }

    private static string? Refuse(FileFaults faults, string message)
    {
        faults.Add(0, "file", message);
        return null;
    }
}
