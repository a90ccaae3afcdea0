using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;

namespace CredBroker;

/// <summary>
/// A <c>dimension=value</c> fact about a lease, shortened so that a token can carry many: the first 8 bytes of its SHA-256
/// in base64url. A verifier matches a fence by comparing these and nothing else.
/// </summary>
public static class LeaseLabel
{
    private const int MostRemembered = 16 * 1024;

    // A dozen labels stand in every token, and nearly all of them stood in the one before.
    private static readonly Remembered<(string Dimension, string Value), string> Known = new(MostRemembered, Shorten);

    /// <summary>Shortens one fact.</summary>
    public static string Of(string dimension, string value) => Known.Of((dimension, value));

    private static string Shorten((string Dimension, string Value) fact)
    {
        Span<byte> digest = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(Encoding.UTF8.GetBytes($"{fact.Dimension}={fact.Value}"), digest);
        return Base64Url.EncodeToString(digest[..8]);
    }
}
