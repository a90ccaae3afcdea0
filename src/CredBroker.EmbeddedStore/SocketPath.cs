using System.Text;

namespace CredBroker.EmbeddedStore;

/// <summary>
/// Where the socket lies: in the data folder, or, where that path is too long for a socket address, in a fresh folder of the
/// system's temporary directory that only the current user can enter.
/// </summary>
internal sealed class SocketPath : IDisposable
{
    /// <summary>sockaddr_un holds 108 bytes with the closing zero.</summary>
    public const int LongestInBytes = 107;

    private readonly string? _runtimeFolder;
    private readonly string _note;

    private SocketPath(string path, string? runtimeFolder, string note)
    {
        Path = path;
        _runtimeFolder = runtimeFolder;
        _note = note;
    }

    public string Path { get; }

    public static SocketPath Choose(string dataFolder)
    {
        var note = System.IO.Path.Combine(dataFolder, "socket-folder");
        RemoveLeftOver(note);
        var path = System.IO.Path.Combine(dataFolder, "store.sock");
        if (Fits(path))
        {
            File.Delete(path);
            return new SocketPath(path, null, note);
        }

        // mkdtemp: a new name, mode 0700, never a folder that someone else put there first.
        var folder = Directory.CreateTempSubdirectory("credbroker-").FullName;
        path = System.IO.Path.Combine(folder, "store.sock");
        if (!Fits(path))
        {
            Directory.Delete(folder);
            throw new EmbeddedStoreException(
                $"A Unix socket address holds {LongestInBytes} bytes; neither '{dataFolder}' nor the temporary directory leaves room for one. Use a shorter data folder.");
        }

        File.WriteAllText(note, folder);
        return new SocketPath(path, folder, note);
    }

    public void Dispose()
    {
        File.Delete(Path);
        if (_runtimeFolder is null) return;
        if (Directory.Exists(_runtimeFolder)) Directory.Delete(_runtimeFolder, recursive: true);
        File.Delete(_note);
    }

    private static bool Fits(string path) => Encoding.UTF8.GetByteCount(path) <= LongestInBytes;

    // A killed process leaves its runtime folder behind; the note says where. Only an empty folder with our socket is removed.
    private static void RemoveLeftOver(string note)
    {
        if (!File.Exists(note)) return;
        var folder = File.ReadAllText(note);
        try
        {
            File.Delete(System.IO.Path.Combine(folder, "store.sock"));
            Directory.Delete(folder);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException)
        {
            // Gone already, or no longer ours.
        }

        File.Delete(note);
    }
}
