using System.Buffers;
using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;

namespace CredBroker.Server.Access;

/// <summary>Bearer tokens of development operators: <c>cbo_</c>, the role, a dot, 256 random bits in base64url.</summary>
internal static class DevelopmentToken
{
    private const string Prefix = "cbo_";
    private const int SecretBytes = 32;
    private const int SecretChars = 43;

    private static readonly SearchValues<char> Alphabet = SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_");

    public static string New(OperatorRole role) =>
        $"{Prefix}{OperatorRoles.NameOf(role)}.{Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(SecretBytes))}";

    /// <summary>Whether a text is a token of this role, by its form.</summary>
    public static bool IsOf(OperatorRole role, string? text)
    {
        var head = $"{Prefix}{OperatorRoles.NameOf(role)}.";
        return text is not null && text.StartsWith(head, StringComparison.Ordinal) && text.Length == head.Length + SecretChars
            && text.AsSpan(head.Length).IndexOfAnyExcept(Alphabet) < 0;
    }

    public static byte[] HashOf(string token) => SHA256.HashData(Encoding.UTF8.GetBytes(token));
}
