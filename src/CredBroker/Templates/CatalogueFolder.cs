using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace CredBroker.Templates;

/// <summary>
/// What a folder of documents holds. Every file below it whose name ends as it should counts; names that begin with a dot do
/// not. Links are followed, so that a mounted Kubernetes ConfigMap works: there <c>a.yaml</c> leads through the hidden link
/// <c>..data</c>, and it is that link that changes.
/// </summary>
internal static class CatalogueFolder
{
    private const int DeepestFolder = 16;

    /// <summary>The entries, sorted by name.</summary>
    /// <exception cref="IOException">The folder is not there or nests too deep.</exception>
    /// <exception cref="UnauthorizedAccessException">A folder may not be read.</exception>
    public static IReadOnlyList<CatalogueEntry> List(string folder, IReadOnlyList<string> extensions)
    {
        var entries = new List<CatalogueEntry>();
        Walk(new DirectoryInfo(folder), "", DeepestFolder, extensions, entries);
        entries.Sort(static (a, b) => string.CompareOrdinal(a.Name, b.Name));
        return entries;
    }

    /// <summary>Differs when anything in the folder has changed.</summary>
    public static string Fingerprint(string folder, IReadOnlyList<string> extensions)
    {
        try
        {
            var text = new StringBuilder();
            foreach (var entry in List(folder, extensions)) text.Append(entry.Name).Append('\0').Append(entry.State).Append('\0');
            return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text.ToString())));
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            return $"unreadable: {fault.GetType().Name}";
        }
    }

    private static void Walk(
        DirectoryInfo folder, string prefix, int depth, IReadOnlyList<string> extensions, List<CatalogueEntry> entries)
    {
        if (depth == 0) throw new IOException("Folders nest too deep; does a link lead back?");
        foreach (var info in folder.EnumerateFileSystemInfos())
        {
            var name = prefix + info.Name;
            if (info.Name.StartsWith('.'))
            {
                if (info.LinkTarget is { } target) entries.Add(new CatalogueEntry(name, info.FullName, IsDocument: false, target));
            }
            else if (info is DirectoryInfo child)
            {
                if (child.LinkTarget is { } target) entries.Add(new CatalogueEntry(name, info.FullName, IsDocument: false, target));
                Walk(child, name + "/", depth - 1, extensions, entries);
            }
            else if (extensions.Contains(info.Extension))
            {
                entries.Add(new CatalogueEntry(name, info.FullName, IsDocument: true, StateOf(info)));
            }
        }
    }

    private static string StateOf(FileSystemInfo info)
    {
        var file = info.LinkTarget is null ? info : info.ResolveLinkTarget(returnFinalTarget: true);
        return file is FileInfo { Exists: true } real
            ? string.Create(CultureInfo.InvariantCulture, $"{real.Length} {real.LastWriteTimeUtc.Ticks} {(int)real.UnixFileMode} {info.LinkTarget}")
            : $"missing {info.LinkTarget}";
    }
}
