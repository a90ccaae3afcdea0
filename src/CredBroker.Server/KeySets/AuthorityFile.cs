using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace CredBroker.Server.KeySets;

/// <summary>A file with the certificates of a private authority, as settings name it.</summary>
internal static class AuthorityFile
{
    /// <summary>What is wrong with it, for a sentence that begins with the setting's name; null = nothing, also where none is named.</summary>
    public static string? FaultOf(string? path)
    {
        if (path is null) return null;
        if (!File.Exists(path)) return "names no file";
        try
        {
            var found = new X509Certificate2Collection();
            found.ImportFromPemFile(path);
            var count = found.Count;
            foreach (var certificate in found) certificate.Dispose();
            return count > 0 ? null : "holds no certificate in PEM";
        }
        catch (Exception fault) when (fault is CryptographicException or IOException or UnauthorizedAccessException)
        {
            return "holds no certificate in PEM that can be read";
        }
    }
}
