using System.Runtime.InteropServices;
using System.Text;
using Microsoft.Win32.SafeHandles;

namespace CredBroker.Server.Hosting;

/// <summary>The few system calls that .NET has no name for.</summary>
internal static class Posix
{
    private const int LinuxCloseOnExec = 0x80000;
    private const int EmptyPath = 0x1000;
    private const uint OwnershipFields = 0x8 | 0x10;
    private const int StatxSize = 256;
    private const int StatxOwnerOffset = 20;
    private const int StatxGroupOffset = 24;

    public static uint EffectiveUser => geteuid();

    /// <summary>Gives a file a second name; false where that name is taken or the file is gone.</summary>
    public static bool TryLink(string existing, string name) => link(Bytes(existing), Bytes(name)) == 0;

    /// <summary>Makes the names in a folder durable.</summary>
    public static void SyncFolder(string path)
    {
        var folder = open(Bytes(path), OperatingSystem.IsLinux() ? LinuxCloseOnExec : 0);
        if (folder < 0) throw Fault(path);
        try
        {
            if (fsync(folder) < 0) throw Fault(path);
        }
        finally
        {
            _ = close(folder);
        }
    }

    /// <summary>The groups that this process is in, with its first one; none where they cannot be told.</summary>
    public static IReadOnlyCollection<uint> Groups()
    {
        var count = getgroups(0, null);
        var groups = new uint[Math.Max(count, 0)];
        // Fewer than asked for cannot come: nothing here changes them.
        return count < 0 || getgroups(groups.Length, groups) < 0 ? [] : [getegid(), .. groups];
    }

    /// <summary>The user that a file or folder belongs to; null where the system cannot be asked this way.</summary>
    public static uint? OwnerOf(SafeFileHandle file) => OwnershipOf(file)?.User;

    /// <inheritdoc cref="OwnerOf(SafeFileHandle)"/>
    public static uint? OwnerOf(string path) => Ownership(-100, path)?.User;

    /// <summary>The user and the group that a file belongs to; null where the system cannot be asked this way.</summary>
    public static (uint User, uint Group)? OwnershipOf(SafeFileHandle file) => Ownership((int)file.DangerousGetHandle(), "");

    private static (uint User, uint Group)? Ownership(int folder, string path)
    {
        if (!OperatingSystem.IsLinux()) return null;
        var answer = new byte[StatxSize];
        if (statx(folder, Bytes(path), path.Length == 0 ? EmptyPath : 0, OwnershipFields, answer) < 0) throw Fault(path);
        return (BitConverter.ToUInt32(answer, StatxOwnerOffset), BitConverter.ToUInt32(answer, StatxGroupOffset));
    }

    private static byte[] Bytes(string path) => Encoding.UTF8.GetBytes(path + '\0');

    private static IOException Fault(string path) => new($"{path}: {Marshal.GetLastPInvokeErrorMessage()}");

    [DllImport("libc")]
    private static extern uint geteuid();

    [DllImport("libc")]
    private static extern uint getegid();

    [DllImport("libc")]
    private static extern int getgroups(int count, uint[]? groups);

    [DllImport("libc", SetLastError = true)]
    private static extern int link(byte[] existing, byte[] name);

    [DllImport("libc", SetLastError = true)]
    private static extern int open(byte[] path, int flags);

    [DllImport("libc", SetLastError = true)]
    private static extern int fsync(int file);

    [DllImport("libc")]
    private static extern int close(int file);

    // statx has one layout on every architecture, which stat has not.
    [DllImport("libc", SetLastError = true)]
    private static extern int statx(int folder, byte[] path, int flags, uint mask, byte[] answer);
}
