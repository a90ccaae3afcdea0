using System.Globalization;

namespace CredBroker;

/// <summary>The common form of ids: prefix, two lower-case hex digits of the bucket, 26 digits of a UUIDv7.</summary>
internal static class PrefixedId
{
    private const string Digits = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
    private const int UuidDigits = 26;

    public static string New(string prefix, int bucket, DateTimeOffset now)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(bucket);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(bucket, 255);
        return string.Create(prefix.Length + 2 + UuidDigits, (prefix, bucket, Guid.CreateVersion7(now)), static (span, state) =>
        {
            state.prefix.CopyTo(span);
            state.bucket.TryFormat(span[state.prefix.Length..], out _, "x2", CultureInfo.InvariantCulture);
            WriteUuid(span[(state.prefix.Length + 2)..], state.Item3);
        });
    }

    public static bool IsWellFormed(string? text, string prefix)
    {
        if (text is null || text.Length != prefix.Length + 2 + UuidDigits) return false;
        if (!text.StartsWith(prefix, StringComparison.Ordinal)) return false;
        if (!char.IsAsciiHexDigitLower(text[prefix.Length]) || !char.IsAsciiHexDigitLower(text[prefix.Length + 1])) return false;
        if (BucketOf(text, prefix.Length) >= Buckets.Count) return false;
        foreach (var c in text.AsSpan(prefix.Length + 2))
            if (!Digits.Contains(c, StringComparison.Ordinal)) return false;
        return true;
    }

    public static int BucketOf(string? text, int offset) => text is null
        ? throw new InvalidOperationException("An id that was never set has no bucket.")
        : byte.Parse(text.AsSpan(offset, 2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);

    private static void WriteUuid(Span<char> destination, Guid uuid)
    {
        Span<byte> bytes = stackalloc byte[16];
        uuid.TryWriteBytes(bytes, bigEndian: true, out _);
        var value = new UInt128(System.Buffers.Binary.BinaryPrimitives.ReadUInt64BigEndian(bytes), System.Buffers.Binary.BinaryPrimitives.ReadUInt64BigEndian(bytes[8..]));
        for (var i = UuidDigits - 1; i >= 0; i--, value >>= 5)
            destination[i] = Digits[(int)(value & 31)];
    }
}
