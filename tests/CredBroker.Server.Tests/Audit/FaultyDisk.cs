using CredBroker.Server.Audit;

namespace CredBroker.Server.Tests.Audit;

/// <summary>The real disk, which can be told to fail, to tear a write, or to hold a flush.</summary>
internal sealed class FaultyDisk : IAuditDisk, IDisposable
{
    private readonly FileAuditDisk _disk = new();
    private readonly ManualResetEventSlim _flushGate = new(initialState: true);
    private int _flushes;
    private int _flushing;
    private int _opens;

    public int Flushes => Volatile.Read(ref _flushes);

    public int Flushing => Volatile.Read(ref _flushing);

    public int Opens => Volatile.Read(ref _opens);

    /// <summary>How many of the next flushes fail.</summary>
    public int FlushesToFail;

    /// <summary>How many of the next opens fail.</summary>
    public int OpensToFail;

    /// <summary>How many of the next writes stop half way, as on a full disk.</summary>
    public int WritesToTear;

    public void HoldFlushes() => _flushGate.Reset();

    public void LetFlushesGo() => _flushGate.Set();

    /// <summary>Whether a file was written to after its flush had failed.</summary>
    public bool WasMisused { get; private set; }

    public void Dispose() => _flushGate.Dispose();

    public IAuditFile Open(string path)
    {
        Interlocked.Increment(ref _opens);
        ThrowIfDue(ref OpensToFail);
        return new FaultyFile(this, _disk.Open(path));
    }

    private static void ThrowIfDue(ref int due)
    {
        if (Volatile.Read(ref due) > 0 && Interlocked.Decrement(ref due) >= 0) throw new IOException("No space left on device");
    }

    private sealed class FaultyFile(FaultyDisk disk, IAuditFile file) : IAuditFile
    {
        private bool _failed;

        public long Length => file.Length;

        public int Read(Span<byte> bytes, long offset) => file.Read(bytes, offset);

        public void Write(ReadOnlySpan<byte> bytes, long offset)
        {
            disk.WasMisused |= _failed;
            var torn = Volatile.Read(ref disk.WritesToTear) > 0;
            file.Write(torn ? bytes[..(bytes.Length / 2)] : bytes, offset);
            ThrowIfDue(ref disk.WritesToTear);
        }

        public void Truncate(long length) => file.Truncate(length);

        public void Flush()
        {
            Interlocked.Increment(ref disk._flushing);
            disk._flushGate.Wait();
            try
            {
                ThrowIfDue(ref disk.FlushesToFail);
            }
            catch (IOException)
            {
                _failed = true;
                throw;
            }
            file.Flush();
            Interlocked.Increment(ref disk._flushes);
        }

        public void Dispose() => file.Dispose();
    }
}
