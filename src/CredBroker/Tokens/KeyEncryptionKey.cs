using System.Buffers;
using System.Buffers.Text;
using System.Security.Cryptography;

namespace CredBroker.Tokens;

/// <summary>
/// 256 random bits under which signing keys are sealed. It never leaves the brokers' machines; whoever has only the store has
/// no key. It signs and seals nothing itself: each use has a key of its own, derived by HKDF-SHA256 (RFC 5869).
/// </summary>
public sealed class KeyEncryptionKey : IDisposable
{
    /// <summary>Its length in bytes.</summary>
    public const int Size = 32;

    private const int TextSize = 44;
    private const int UnpaddedTextSize = 43;
    private readonly byte[] _key;

    private KeyEncryptionKey(byte[] key) => _key = key;

    /// <summary>Reads what a file holds: 32 raw bytes, or their base64 or base64url with any white space around it.</summary>
    /// <exception cref="CryptographicException">It is neither. The message repeats nothing of it.</exception>
    public static KeyEncryptionKey Read(ReadOnlySpan<byte> content)
    {
        // Thirty-two characters that somebody typed are far from 256 random bits.
        if (content.Length == Size && content.ContainsAnyExceptInRange((byte)' ', (byte)'~')) return new KeyEncryptionKey(content.ToArray());
        var text = content.Trim(" \t\r\n"u8);
        if (text.Length is not (TextSize or UnpaddedTextSize)) throw NoKey();
        var key = new byte[Size];
        Span<byte> url = stackalloc byte[TextSize];
        text.CopyTo(url);
        url = url[..text.Length];
        url.Replace((byte)'+', (byte)'-');
        url.Replace((byte)'/', (byte)'_');
        var status = Base64Url.DecodeFromUtf8(url, key, out var consumed, out var written);
        CryptographicOperations.ZeroMemory(url);
        if (status == OperationStatus.Done && consumed == text.Length && written == Size) return new KeyEncryptionKey(key);
        CryptographicOperations.ZeroMemory(key);
        throw NoKey();
    }

    /// <summary>A key of 32 bytes for one purpose.</summary>
    internal byte[] Derive(ReadOnlySpan<byte> purpose)
    {
        var derived = new byte[Size];
        HKDF.DeriveKey(HashAlgorithmName.SHA256, _key, derived, salt: [], purpose);
        return derived;
    }

    /// <inheritdoc/>
    public override string ToString() => "key-encryption key";

    /// <inheritdoc/>
    public void Dispose() => CryptographicOperations.ZeroMemory(_key);

    private static CryptographicException NoKey() => new("Not a key of 32 random bytes, raw or in base64.");
}
