using CredBroker.Server.Hosting;

namespace CredBroker.Server.Tests.Hosting;

/// <summary>A folder of its own for one test.</summary>
internal sealed class ScratchFolder : IDisposable
{
    public ScratchFolder() => Path = Directory.CreateTempSubdirectory("credbroker-").FullName;

    public string Path { get; }

    public DataFolder Data => new(Path);

    public string File(params string[] parts) => System.IO.Path.Combine([Path, .. parts]);

    public static UnixFileMode ModeOf(string path) =>
        OperatingSystem.IsWindows() ? throw new PlatformNotSupportedException() : System.IO.File.GetUnixFileMode(path);

    public static void SetMode(string path, UnixFileMode mode)
    {
        if (OperatingSystem.IsWindows()) throw new PlatformNotSupportedException();
        System.IO.File.SetUnixFileMode(path, mode);
    }

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
