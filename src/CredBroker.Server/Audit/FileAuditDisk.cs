using CredBroker.Server.Hosting;
using Microsoft.Win32.SafeHandles;

namespace CredBroker.Server.Audit;

/// <summary>The real disk.</summary>
internal sealed class FileAuditDisk : IAuditDisk
{
    public IAuditFile Open(string path)
    {
        if (!File.Exists(path))
        {
            OwnerOnly.CreateFile(path).Dispose();
            Posix.SyncFolder(Path.GetDirectoryName(path)!);
        }
        var file = File.OpenHandle(path, FileMode.Open, FileAccess.ReadWrite);
        OwnerOnly.CheckFile(file, path);
        return new OpenFile(file);
    }

    private sealed class OpenFile(SafeFileHandle file) : IAuditFile
    {
        public long Length => RandomAccess.GetLength(file);

        public int Read(Span<byte> bytes, long offset) => RandomAccess.Read(file, bytes, offset);

        public void Write(ReadOnlySpan<byte> bytes, long offset) => RandomAccess.Write(file, bytes, offset);

        public void Truncate(long length) => RandomAccess.SetLength(file, length);

        public void Flush() => RandomAccess.FlushToDisk(file);

        public void Dispose() => file.Dispose();
    }
}
