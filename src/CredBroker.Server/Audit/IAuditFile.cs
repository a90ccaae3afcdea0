namespace CredBroker.Server.Audit;

/// <summary>One open file. After any fault it is not to be trusted again (a second fsync may claim success).</summary>
internal interface IAuditFile : IDisposable
{
    /// <summary>Length in bytes.</summary>
    long Length { get; }

    /// <summary>Reads up to <paramref name="bytes"/>; returns how many.</summary>
    int Read(Span<byte> bytes, long offset);

    /// <summary>Writes all of <paramref name="bytes"/>.</summary>
    void Write(ReadOnlySpan<byte> bytes, long offset);

    /// <summary>Cuts the file off.</summary>
    void Truncate(long length);

    /// <summary>Returns once everything written is on disk (fsync).</summary>
    void Flush();
}
