using System.Security.Cryptography;
using System.Text.Json;
using CredBroker.Server.Hosting;

namespace CredBroker.Server.Access;

/// <summary>
/// The tokens of development operators in <c>operators.json</c> (0600) below the data folder, one of each role, made once.
/// Processes that start together end with the same file, and a crash leaves a whole file or none.
/// </summary>
internal static class DevelopmentOperatorsFile
{
    public const string FileName = "operators.json";
    private const int MaxFileBytes = 4096;
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true };

    /// <summary>The hashes of the tokens by role. The tokens themselves stay in the file.</summary>
    /// <exception cref="StartRefusedException">The file is open to other users, somebody else's, or not what it should be.</exception>
    public static IReadOnlyDictionary<OperatorRole, byte[]> Open(DataFolder folder)
    {
        var path = folder.File(FileName);
        try
        {
            if (!File.Exists(path)) Create(folder, path);
            return Read(path);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw new StartRefusedException($"The file {path} cannot be read or made: {fault.Message}", fault);
        }
    }

    private static void Create(DataFolder folder, string path)
    {
        var draft = folder.File($"{FileName}.{Guid.NewGuid():N}.draft");
        var content = JsonSerializer.SerializeToUtf8Bytes(OperatorRoles.All.ToDictionary(OperatorRoles.NameOf, DevelopmentToken.New), Indented);
        try
        {
            using (var file = OwnerOnly.CreateFile(draft))
            {
                file.Write(content);
                file.Flush(flushToDisk: true);
            }

            // A hard link appears with the whole file in it or not at all, and never takes the place of one that is there.
            if (!Posix.TryLink(draft, path) && !File.Exists(path)) throw new IOException("the file system does not allow hard links in this folder.");
        }
        finally
        {
            CryptographicOperations.ZeroMemory(content);
            File.Delete(draft);
        }

        Posix.SyncFolder(folder.Path);
    }

    private static Dictionary<OperatorRole, byte[]> Read(string path)
    {
        using var file = File.OpenHandle(path);
        OwnerOnly.CheckFile(file, path);
        var content = new byte[(int)Math.Min(RandomAccess.GetLength(file), MaxFileBytes)];
        try
        {
            var read = RandomAccess.Read(file, content, 0);
            var tokens = JsonSerializer.Deserialize<Dictionary<string, string>>(content.AsSpan(0, read)) ?? [];
            return OperatorRoles.All.ToDictionary(role => role, role => HashOf(tokens, role));
        }
        catch (Exception fault) when (fault is JsonException or FormatException)
        {
            // What the parser says may quote the file, so it goes nowhere.
            throw new StartRefusedException($"The file {path} does not hold the tokens of development operators. Remove it to get new ones.");
        }
        finally
        {
            CryptographicOperations.ZeroMemory(content);
        }
    }

    private static byte[] HashOf(Dictionary<string, string> tokens, OperatorRole role) =>
        tokens.TryGetValue(OperatorRoles.NameOf(role), out var token) && DevelopmentToken.IsOf(role, token)
            ? DevelopmentToken.HashOf(token)
            : throw new FormatException("A token is missing or malformed.");
}
