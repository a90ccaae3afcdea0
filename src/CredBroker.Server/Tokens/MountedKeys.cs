using System.Security.Cryptography;
using System.Text;
using CredBroker.Server.Hosting;
using CredBroker.Tokens;

namespace CredBroker.Server.Tokens;

/// <summary>What was found in the mounted files: PKCS#8 private keys and SubjectPublicKeyInfo public keys in PEM, several in a file where need be.</summary>
internal sealed record MountedKeys(SigningKey Current, IReadOnlyList<PublicSigningKey> Published)
{
    private const string SigningFile = "signing.pem";
    private const string PrivateLabel = "PRIVATE KEY";
    private const int MaxFileBytes = 64 * 1024;

    /// <exception cref="StartRefusedException">A file cannot be read, is open to others, or holds something else; or none can sign.</exception>
    public static MountedKeys Read(string path)
    {
        try
        {
            var signingFile = Directory.Exists(path) ? Path.Combine(path, SigningFile) : path;
            string[] others = Directory.Exists(path) ? [.. Directory.GetFiles(path, "*.pem").Where(file => file != signingFile)] : [];
            SigningKey? current = null;
            var published = new SortedDictionary<string, PublicSigningKey>(StringComparer.Ordinal);
            ReadFile(signingFile, (key, signing) =>
            {
                current ??= published.Count == 0 ? signing : null;
                published[key.Id] = key;
            });
            foreach (var file in others) ReadFile(file, (key, _) => published[key.Id] = key);
            return current is not null
                ? new MountedKeys(current, [.. published.Values])
                : throw new StartRefusedException($"The file {signingFile} must begin with the private key that signs, ES256 in PKCS#8 PEM.");
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw new StartRefusedException($"The signing keys in {path} cannot be read: {fault.Message}", fault);
        }
    }

    private static void ReadFile(string path, Action<PublicSigningKey, SigningKey?> found)
    {
        using var file = File.OpenHandle(path);
        SecretFile.Check(file, path);
        var bytes = new byte[(int)Math.Min(RandomAccess.GetLength(file), MaxFileBytes)];
        var text = new char[bytes.Length];
        try
        {
            var rest = text.AsSpan(0, Encoding.ASCII.GetChars(bytes, 0, RandomAccess.Read(file, bytes, 0), text, 0));
            while (!rest.Trim().IsEmpty)
            {
                if (!PemEncoding.TryFind(rest, out var fields)) throw new CryptographicException("Not PEM.");
                var pem = rest[fields.Location];
                var signing = rest[fields.Label].SequenceEqual(PrivateLabel) ? SigningKey.FromPkcs8Pem(pem) : null;
                found(signing?.Public ?? PublicSigningKey.FromPem(pem), signing);
                rest = rest[fields.Location.End..];
            }
        }
        catch (CryptographicException fault)
        {
            throw new StartRefusedException($"The file {path} holds something else than ES256 keys in PEM, PKCS#8 or public.", fault);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(bytes);
            Array.Clear(text);
        }
    }
}
