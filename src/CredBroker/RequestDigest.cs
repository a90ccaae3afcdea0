using System.Security.Cryptography;
using System.Text;

namespace CredBroker;

/// <summary>SHA-256 over parts of a request, each with its length before it, so that no two lists of parts look alike.</summary>
internal static class RequestDigest
{
    public static string Of(IReadOnlyList<string> parts)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var part in parts)
        {
            var bytes = Encoding.UTF8.GetBytes(part);
            hash.AppendData(BitConverter.GetBytes(bytes.Length));
            hash.AppendData(bytes);
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }
}
