using System.Buffers.Binary;
using Microsoft.Win32.SafeHandles;

namespace CredBroker.EmbeddedStore;

/// <summary>
/// How far the log reached when the last reply went out, in a small file beside it. A log that ends earlier, or that has a hole, has lost
/// what was promised to last, and nothing in the log itself would tell. The file is as durable as the log: against the death of the
/// process, and against power failure as the operating system writes back.
/// </summary>
internal sealed class AcknowledgedTail : IDisposable
{
    private const string FileName = "acknowledged";
    private readonly SafeFileHandle _file;
    private readonly byte[] _bytes = new byte[sizeof(long)];

    private AcknowledgedTail(string path, SafeFileHandle file)
    {
        Path = path;
        _file = file;
        Value = RandomAccess.Read(file, _bytes, 0) == _bytes.Length ? BinaryPrimitives.ReadInt64LittleEndian(_bytes) : 0;
    }

    public string Path { get; }

    /// <summary>An address of the log; 0 where nothing was acknowledged yet.</summary>
    public long Value { get; private set; }

    public static AcknowledgedTail Open(string dataFolder)
    {
        var path = System.IO.Path.Combine(dataFolder, FileName);
        return new AcknowledgedTail(path, File.OpenHandle(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.Read));
    }

    /// <summary>Says that the log up to there is kept. To be called before the replies that depend on it go out, by one thread at a time.</summary>
    public void MoveTo(long address)
    {
        if (address <= Value) return;
        BinaryPrimitives.WriteInt64LittleEndian(_bytes, address);
        RandomAccess.Write(_file, _bytes, 0);
        Value = address;
    }

    public void Dispose() => _file.Dispose();
}
