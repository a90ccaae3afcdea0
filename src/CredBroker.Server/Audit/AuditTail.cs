using System.Text.Json;

namespace CredBroker.Server.Audit;

/// <summary>What the end of a file looks like after a stop of any kind.</summary>
/// <param name="GoodLength">Bytes up to the end of the last good line.</param>
/// <param name="Length">Bytes in all; more than <paramref name="GoodLength"/> where the end is torn.</param>
/// <param name="LastSequence">The highest sequence number seen; 0 where there is none.</param>
internal sealed record AuditTail(long GoodLength, long Length, long LastSequence)
{
    // More than one batch can be: what lies before was flushed and answered for long ago.
    private const int Window = 16 * 1024 * 1024;

    public bool IsTorn => GoodLength < Length;

    /// <summary>Reads the end of a file: every line of it must be whole, and numbered in turn.</summary>
    public static AuditTail Read(IAuditFile file)
    {
        var length = file.Length;
        var start = Math.Max(0, length - Window);
        var bytes = ReadFrom(file, start, length);
        if (start == 0) return Walk(bytes, 0, length);
        var firstLine = bytes.AsSpan().IndexOf((byte)'\n') + 1;
        return firstLine > 0 ? Walk(bytes.AsSpan(firstLine), start + firstLine, length) : Walk(ReadFrom(file, 0, length), 0, length);
    }

    private static AuditTail Walk(ReadOnlySpan<byte> rest, long offset, long length)
    {
        var good = offset;
        var highest = 0L;
        var intact = true;
        while (rest.IndexOf((byte)'\n') is var end and >= 0)
        {
            var sequence = SequenceOf(rest[..end]);
            intact = intact && sequence is { } number && (highest == 0 || number == highest + 1);
            highest = Math.Max(highest, sequence ?? 0);
            offset += end + 1;
            if (intact) good = offset;
            rest = rest[(end + 1)..];
        }
        return new AuditTail(good, length, highest);
    }

    private static byte[] ReadFrom(IAuditFile file, long start, long end)
    {
        var bytes = new byte[end - start];
        for (var total = 0; total < bytes.Length;)
        {
            var read = file.Read(bytes.AsSpan(total), start + total);
            if (read == 0) throw new IOException("The audit file became shorter while it was read.");
            total += read;
        }
        return bytes;
    }

    private static long? SequenceOf(ReadOnlySpan<byte> line)
    {
        try
        {
            var reader = new Utf8JsonReader(line);
            if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject) return null;
            if (!reader.Read() || reader.TokenType != JsonTokenType.PropertyName || !reader.ValueTextEquals("seq"u8)) return null;
            if (!reader.Read() || reader.TokenType != JsonTokenType.Number || !reader.TryGetInt64(out var sequence)) return null;
            while (reader.Read())
            {
            }
            return sequence;
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
