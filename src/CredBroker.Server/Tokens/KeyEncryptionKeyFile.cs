using System.Security.Cryptography;
using CredBroker.Server.Hosting;
using CredBroker.Tokens;

namespace CredBroker.Server.Tokens;

/// <summary>Reads the key that seals the ring from a file that nobody but the broker's user can open.</summary>
internal static class KeyEncryptionKeyFile
{
    private const int MaxFileBytes = 256;

    /// <exception cref="StartRefusedException">It is not there, open to others, somebody else's, or holds no such key.</exception>
    public static KeyEncryptionKey Read(string path)
    {
        var content = new byte[MaxFileBytes];
        try
        {
            using var file = File.OpenHandle(path);
            SecretFile.Check(file, path);
            return KeyEncryptionKey.Read(content.AsSpan(0, RandomAccess.Read(file, content, 0)));
        }
        catch (CryptographicException fault)
        {
            throw new StartRefusedException(
                $"The file {path} does not hold 32 random bytes, raw or in base64. Make it with: (umask 077; openssl rand -base64 32 > {path})", fault);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw new StartRefusedException($"The key-encryption key {path} cannot be read: {fault.Message}", fault);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(content);
        }
    }
}
