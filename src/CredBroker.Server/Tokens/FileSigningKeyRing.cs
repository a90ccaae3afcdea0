using System.Security.Cryptography;
using System.Text;
using CredBroker.Server.Hosting;
using CredBroker.Tokens;

namespace CredBroker.Server.Tokens;

/// <summary>
/// One signing key in <c>keys/signing.pem</c> (PKCS#8, 0600) below the data folder, made at the first start. Processes that
/// start together on an empty folder end with the same key, and a crash leaves a whole key or none.
/// </summary>
public sealed class FileSigningKeyRing : ISigningKeyRing, IDisposable
{
    private const string KeyFile = "signing.pem";
    private const string Draft = ".draft";
    private const int MaxFileBytes = 16 * 1024;

    /// <summary>Reads the key, or makes it.</summary>
    /// <exception cref="StartRefusedException">The key is open to other users, somebody else's, or no ES256 key.</exception>
    public FileSigningKeyRing(DataFolder folder)
    {
        ArgumentNullException.ThrowIfNull(folder);
        var keys = folder.File("keys");
        var path = folder.File("keys", KeyFile);
        OwnerOnly.UseFolder(keys);
        try
        {
            if (!File.Exists(path))
            {
                Create(keys, path);
                Posix.SyncFolder(folder.Path);
            }
            Current = Read(path);
            SigningSince = File.GetLastWriteTimeUtc(path);
            foreach (var draft in Directory.EnumerateFiles(keys, "*" + Draft)) File.Delete(draft);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw new StartRefusedException($"The signing key {path} cannot be read or made: {fault.Message}", fault);
        }
        Published = [Current.Public];
    }

    /// <inheritdoc/>
    public SigningKey Current { get; }

    /// <inheritdoc/>
    public DateTimeOffset? SigningSince { get; }

    /// <inheritdoc/>
    public IReadOnlyList<PublicSigningKey> Published { get; }

    /// <inheritdoc/>
    public void Dispose() => Current.Dispose();

    private static void Create(string keys, string path)
    {
        var draft = Path.Combine(keys, Guid.NewGuid().ToString("N") + Draft);
        using (var key = SigningKey.Generate())
            WriteDraft(draft, key);
        // A hard link appears with the whole key in it or not at all, and never takes the place of a key that is there.
        if (!Posix.TryLink(draft, path) && !File.Exists(path))
            throw new IOException("the file system does not allow hard links in this folder.");
        File.Delete(draft);
        Posix.SyncFolder(keys);
    }

    private static void WriteDraft(string draft, SigningKey key)
    {
        var pem = key.ExportPkcs8Pem();
        var bytes = Encoding.ASCII.GetBytes(pem);
        try
        {
            using var file = OwnerOnly.CreateFile(draft);
            file.Write(bytes);
            file.Flush(flushToDisk: true);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(bytes);
            Array.Clear(pem);
        }
    }

    private static SigningKey Read(string path)
    {
        using var file = File.OpenHandle(path);
        OwnerOnly.CheckFile(file, path);
        var bytes = new byte[(int)Math.Min(RandomAccess.GetLength(file), MaxFileBytes)];
        var pem = new char[bytes.Length];
        try
        {
            var read = RandomAccess.Read(file, bytes, 0);
            return SigningKey.FromPkcs8Pem(pem.AsSpan(0, Encoding.ASCII.GetChars(bytes, 0, read, pem, 0)));
        }
        catch (CryptographicException fault)
        {
            throw new StartRefusedException(
                $"The file {path} does not hold an ES256 key in PKCS#8 PEM. Put the right file back; or remove it to get a new key, which ends all tokens that the old one signed.",
                fault);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(bytes);
            Array.Clear(pem);
        }
    }
}
