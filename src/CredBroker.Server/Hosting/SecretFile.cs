using Microsoft.Win32.SafeHandles;

namespace CredBroker.Server.Hosting;

/// <summary>
/// Files with secrets that somebody else lays down for the broker: passwords and private keys. Two kinds are taken: a file of the broker's own user that
/// nobody else can open (0600), and a file of root that a group of the broker may read and nobody else (0440). The latter is how Kubernetes
/// mounts a Secret for a pod with an <c>fsGroup</c>: only root can have made it so, and only root can change it.
/// </summary>
internal static class SecretFile
{
    private const uint Root = 0;
    private const UnixFileMode OwnBits = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    /// <summary>Refuses a file that others can open or change.</summary>
    /// <exception cref="StartRefusedException">So it is.</exception>
    /// <exception cref="IOException">It cannot be opened.</exception>
    public static void Check(string path)
    {
        using var file = File.OpenHandle(path);
        Check(file, path);
    }

    /// <summary>Refuses an open file that others can open or change. Of a link it is the file that counts.</summary>
    /// <exception cref="StartRefusedException">So it is.</exception>
    public static void Check(SafeFileHandle file, string path)
    {
        if (OperatingSystem.IsWindows() || Posix.OwnershipOf(file) is not { } ownership || !IsOfRootForGroup(
            File.GetUnixFileMode(file), ownership, Posix.EffectiveUser, Posix.Groups()))
        {
            OwnerOnly.CheckFile(file, path);
        }
    }

    /// <summary>The text of a secret file.</summary>
    /// <exception cref="StartRefusedException">Others can open it, or it is somebody else's.</exception>
    /// <exception cref="IOException">It cannot be read.</exception>
    public static string ReadText(string path)
    {
        using var file = new FileStream(path, FileMode.Open, FileAccess.Read);
        Check(file.SafeFileHandle, path);
        using var reader = new StreamReader(file);
        return reader.ReadToEnd();
    }

    /// <summary>Whether root has laid it down for a group of ours to read, and for nobody else at all.</summary>
    internal static bool IsOfRootForGroup(UnixFileMode mode, (uint User, uint Group) ownership, uint user, IReadOnlyCollection<uint> groups) =>
        ownership.User == Root
        // Root itself needs no group; what is open to one is then open to others for nothing.
        && user != Root
        // The group of root is that of everybody who is put there by default, such as in many images.
        && ownership.Group != Root
        && groups.Contains(ownership.Group)
        && (mode & ~(OwnBits | UnixFileMode.GroupRead)) == 0;
}
