using Microsoft.Win32.SafeHandles;

namespace CredBroker.Server.Hosting;

/// <summary>Files (0600) and folders (0700) that belong to the broker's own user and that nobody else can open.</summary>
internal static class OwnerOnly
{
    private const UnixFileMode OwnFile = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    private const UnixFileMode OwnFolder = OwnFile | UnixFileMode.UserExecute;
    private const UnixFileMode Others =
        UnixFileMode.GroupRead | UnixFileMode.GroupWrite | UnixFileMode.GroupExecute
        | UnixFileMode.OtherRead | UnixFileMode.OtherWrite | UnixFileMode.OtherExecute;

    /// <summary>Creates the folder where it is missing; refuses one that others can enter.</summary>
    /// <exception cref="StartRefusedException">It cannot be created, or it is open to others or somebody else's.</exception>
    public static void UseFolder(string path)
    {
        if (OperatingSystem.IsWindows()) throw Unsupported();
        try
        {
            if (!Directory.Exists(path)) Directory.CreateDirectory(path, OwnFolder);
            Check(path, "folder", "700", File.GetUnixFileMode(path), Posix.OwnerOf(path));
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw new StartRefusedException($"The folder {path} cannot be used: {fault.Message}", fault);
        }
    }

    /// <summary>Creates a file that is not there yet, unbuffered.</summary>
    /// <exception cref="IOException">It is there, or cannot be made.</exception>
    public static FileStream CreateFile(string path) => Open(path, FileMode.CreateNew, FileShare.Read);

    /// <summary>Takes a lock that is held until it is disposed or the process ends, however it ends.</summary>
    /// <exception cref="IOException">Somebody else has it.</exception>
    public static FileStream TakeLock(string path) => Open(path, FileMode.OpenOrCreate, FileShare.None);

    /// <summary>Refuses an open file that others can open, or that is somebody else's.</summary>
    /// <exception cref="StartRefusedException">So it is.</exception>
    public static void CheckFile(SafeFileHandle file, string path)
    {
        if (OperatingSystem.IsWindows()) throw Unsupported();
        Check(path, "file", "600", File.GetUnixFileMode(file), Posix.OwnerOf(file));
    }

    private static FileStream Open(string path, FileMode mode, FileShare share)
    {
        if (OperatingSystem.IsWindows()) throw Unsupported();
        return new FileStream(path, new FileStreamOptions
        {
            Mode = mode,
            Access = FileAccess.ReadWrite,
            Share = share,
            BufferSize = 0,
            UnixCreateMode = OwnFile,
        });
    }

    private static void Check(string path, string kind, string wanted, UnixFileMode mode, uint? owner)
    {
        if ((mode & Others) != 0)
            throw new StartRefusedException(
                $"The {kind} {path} is open to other users (mode {Convert.ToString((int)mode, 8)}). If nobody else has used it, run: chmod {wanted} {path}");
        if (owner is { } user && user != Posix.EffectiveUser)
            throw new StartRefusedException(
                $"The {kind} {path} belongs to user {user}, and the broker runs as user {Posix.EffectiveUser}. Run the broker as its owner.");
    }

    private static StartRefusedException Unsupported() =>
        new("CredBroker guards its keys by POSIX file permissions and does not run on Windows.");
}
