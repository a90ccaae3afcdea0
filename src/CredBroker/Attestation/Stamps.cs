using System.Buffers;
using System.Buffers.Binary;
using System.Buffers.Text;
using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using System.Text;
using CredBroker.Tokens;

namespace CredBroker.Attestation;

/// <summary>
/// Texts of which nothing is kept: each tells by itself, on every replica, that it was made here, what it is about and until when it
/// is good. It is an expiry, random bits and an HMAC-SHA256 (RFC 2104) over both and over what it is about, under keys that are
/// derived from the signing keys (RFC 5869): where those are withdrawn, so are all stamps.
/// </summary>
public sealed class Stamps(ISigningKeyRing ring, TimeProvider time)
{
    private const int TimeSize = sizeof(long);
    private const int RandomSize = 16;
    private const int HeadSize = TimeSize + RandomSize;
    private const int Size = HeadSize + HMACSHA256.HashSizeInBytes;

    /// <summary>The length of every text.</summary>
    public static readonly int TextLength = Base64Url.GetEncodedLength(Size);

    private readonly ConditionalWeakTable<SigningKey, byte[]> _keys = [];

    /// <summary>Makes one.</summary>
    /// <param name="purpose">What for. One that was made for something else is not good.</param>
    /// <param name="about">What it is about, in order.</param>
    /// <param name="life">How long it is good.</param>
    public Stamp Make(string purpose, IReadOnlyList<string> about, TimeSpan life)
    {
        var expiresAt = DateTimeOffset.FromUnixTimeMilliseconds((time.GetUtcNow() + life).ToUnixTimeMilliseconds());
        Span<byte> stamp = stackalloc byte[Size];
        BinaryPrimitives.WriteInt64BigEndian(stamp, expiresAt.ToUnixTimeMilliseconds());
        RandomNumberGenerator.Fill(stamp[TimeSize..HeadSize]);
        Code(KeyOf(ring.Current), stamp[..HeadSize], purpose, about, stamp[HeadSize..]);
        return new Stamp(Base64Url.EncodeToString(stamp), expiresAt);
    }

    /// <summary>Until when a text is good; null where it was not made here, not for this, not about this, or is over.</summary>
    public DateTimeOffset? Read(string text, string purpose, IReadOnlyList<string> about)
    {
        Span<byte> stamp = stackalloc byte[Size];
        // The decoder skips white space; a text of the right length has no room for any.
        if (text.Length != TextLength || Base64Url.DecodeFromChars(text, stamp, out _, out var written) != OperationStatus.Done || written != Size) return null;
        if (!IsOurs(stamp, purpose, about)) return null;
        var expiresAt = DateTimeOffset.FromUnixTimeMilliseconds(BinaryPrimitives.ReadInt64BigEndian(stamp));
        return time.GetUtcNow() < expiresAt ? expiresAt : null;
    }

    private bool IsOurs(ReadOnlySpan<byte> stamp, string purpose, IReadOnlyList<string> about)
    {
        Span<byte> code = stackalloc byte[HMACSHA256.HashSizeInBytes];
        foreach (var key in ring.Signers)
        {
            Code(KeyOf(key), stamp[..HeadSize], purpose, about, code);
            if (CryptographicOperations.FixedTimeEquals(code, stamp[HeadSize..])) return true;
        }

        return false;
    }

    private byte[] KeyOf(SigningKey key) => _keys.GetValue(key, static key => key.Derive("credbroker stamps v1"u8));

    private static void Code(byte[] key, ReadOnlySpan<byte> head, string purpose, IReadOnlyList<string> about, Span<byte> code)
    {
        using var hmac = IncrementalHash.CreateHMAC(HashAlgorithmName.SHA256, key);
        hmac.AppendData(head);
        Append(hmac, purpose);
        foreach (var part in about) Append(hmac, part);
        hmac.GetHashAndReset(code);
    }

    // With its length before it, so that no two lists of parts are the same bytes.
    private static void Append(IncrementalHash hmac, string part)
    {
        var bytes = Encoding.UTF8.GetBytes(part);
        Span<byte> length = stackalloc byte[sizeof(int)];
        BinaryPrimitives.WriteInt32BigEndian(length, bytes.Length);
        hmac.AppendData(length);
        hmac.AppendData(bytes);
    }
}
