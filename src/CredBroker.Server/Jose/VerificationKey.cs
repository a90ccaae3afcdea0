using System.Buffers;
using Microsoft.IdentityModel.Tokens;

namespace CredBroker.Server.Jose;

/// <summary>A public key that may verify signatures.</summary>
/// <param name="KeyId">Its <c>kid</c>.</param>
/// <param name="Key">The key itself.</param>
/// <param name="Algorithms">The only algorithms it may be used with.</param>
internal sealed record VerificationKey(string KeyId, SecurityKey Key, IReadOnlyList<string> Algorithms)
{
    public const int MaxKeyIdLength = 256;

    private static readonly SearchValues<char> KeyIdChars =
        SearchValues.Create([.. Enumerable.Range('!', '~' - '!' + 1).Select(c => (char)c)]);

    /// <summary>Printable ASCII without blanks. It is only ever compared, never a path or a pattern.</summary>
    public static bool IsKeyId(string? text) => text is { Length: > 0 and <= MaxKeyIdLength } && !text.AsSpan().ContainsAnyExcept(KeyIdChars);
}
