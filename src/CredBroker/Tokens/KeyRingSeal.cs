using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace CredBroker.Tokens;

/// <summary>
/// Makes of a ring a text that may lie anywhere. Each key is sealed by itself (AES-256-GCM, its id, algorithm and kind as
/// associated data), and the text as a whole is authenticated (HMAC-SHA256), so that nobody without the key-encryption key can
/// read a key, add one, bring one back or move an instant.
/// </summary>
public sealed class KeyRingSeal(KeyEncryptionKey key)
{
    private const int NonceSize = 12;
    private const int TagSize = 16;
    private readonly byte[] _sealingKey = key.Derive("credbroker/signing-key/v1"u8);
    private readonly byte[] _ringKey = key.Derive("credbroker/key-ring/v1"u8);

    /// <summary>The text: a line with the authentication code, then JSON.</summary>
    public string Seal(KeyRing ring)
    {
        ArgumentNullException.ThrowIfNull(ring);
        var body = JsonSerializer.Serialize(SealedRing.Of(ring, ring.Keys.Select(SealKey)), SealedRingJson.Default.SealedRing);
        return Authenticate(body) + "\n" + body;
    }

    /// <summary>Reads a text.</summary>
    /// <exception cref="CryptographicException">It was not sealed under this key, or has been changed. The message repeats nothing of it.</exception>
    public KeyRing Open(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var end = text.IndexOf('\n', StringComparison.Ordinal);
        if (end < 0) throw NotOurs();
        var body = text[(end + 1)..];
        // Nothing of a text that somebody else wrote is parsed.
        if (!CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(text[..end]), Encoding.UTF8.GetBytes(Authenticate(body)))) throw NotOurs();
        try
        {
            var ring = JsonSerializer.Deserialize(body, SealedRingJson.Default.SealedRing) ?? throw NotOurs();
            return ring.ToRing(OpenKey);
        }
        catch (Exception fault) when (fault is JsonException or FormatException)
        {
            throw new CryptographicException("A ring of signing keys cannot be read.", fault);
        }
    }

    internal string SealKey(RingKey key)
    {
        var pem = key.Private is { } signing ? signing.ExportPkcs8Pem() : key.Public.ExportPem().ToCharArray();
        var plain = Encoding.ASCII.GetBytes(pem);
        try
        {
            var result = new byte[NonceSize + plain.Length + TagSize];
            RandomNumberGenerator.Fill(result.AsSpan(0, NonceSize));
            using var gcm = new AesGcm(_sealingKey, TagSize);
            gcm.Encrypt(
                result.AsSpan(0, NonceSize), plain, result.AsSpan(NonceSize, plain.Length), result.AsSpan(^TagSize..),
                AssociatedData(key.Public.Id, key.Public.Algorithm, key.Private is not null));
            return Base64Url.EncodeToString(result);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(plain);
            Array.Clear(pem);
        }
    }

    internal (PublicSigningKey Public, SigningKey? Private) OpenKey(string id, string algorithm, bool signs, string text)
    {
        var content = Base64Url.DecodeFromChars(text);
        if (content.Length <= NonceSize + TagSize) throw NotOurs();
        var plain = new byte[content.Length - NonceSize - TagSize];
        var pem = new char[plain.Length];
        try
        {
            using var gcm = new AesGcm(_sealingKey, TagSize);
            gcm.Decrypt(
                content.AsSpan(0, NonceSize), content.AsSpan(NonceSize, plain.Length), content.AsSpan(^TagSize..), plain,
                AssociatedData(id, algorithm, signs));
            Encoding.ASCII.GetChars(plain, pem);
            var signing = signs ? SigningKey.FromPkcs8Pem(pem) : null;
            var published = signing?.Public ?? PublicSigningKey.FromPem(pem);
            return published.Id == id && published.Algorithm == algorithm ? (published, signing) : throw NotOurs();
        }
        finally
        {
            CryptographicOperations.ZeroMemory(plain);
            Array.Clear(pem);
        }
    }

    private static byte[] AssociatedData(string id, string algorithm, bool signs) =>
        Encoding.UTF8.GetBytes($"{id}\n{algorithm}\n{(signs ? "private" : "public")}");

    private string Authenticate(string body) => Base64Url.EncodeToString(HMACSHA256.HashData(_ringKey, Encoding.UTF8.GetBytes(body)));

    private static CryptographicException NotOurs() => new("A ring of signing keys is not sealed under this key-encryption key, or has been changed.");
}
