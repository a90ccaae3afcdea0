using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace CredBroker.Attestation;

/// <summary>What the broker knows of a join token, as a line of text: <c>edge/7 2026-12-01T10:00:00Z sha256:…</c>.</summary>
/// <param name="Name">Whose it is: 1 to 128 of a-z, 0-9, <c>.</c>, <c>-</c>, <c>_</c>, in parts between slashes.</param>
/// <param name="ExpiresAt">From when on it is good for nothing; whole seconds.</param>
/// <param name="Hash">SHA-256 of the token, lower-case hex.</param>
public sealed record JoinTokenLine(string Name, DateTimeOffset ExpiresAt, string Hash)
{
    private const int MaxNameLength = 128;
    private const string TimeFormat = "yyyy-MM-dd'T'HH:mm:ss'Z'";
    private const string HashPrefix = "sha256:";
    private const int HashChars = 64;

    private static readonly SearchValues<char> NameChars = SearchValues.Create("abcdefghijklmnopqrstuvwxyz0123456789.-_/");
    private static readonly SearchValues<char> HexChars = SearchValues.Create("0123456789abcdef");

    /// <summary>Whether a name is of the form.</summary>
    public static bool IsName([NotNullWhen(true)] string? name) =>
        name is { Length: > 0 and <= MaxNameLength } && !name.AsSpan().ContainsAnyExcept(NameChars)
        && !name.Contains("..", StringComparison.Ordinal) && name.Split('/').All(part => part.Length > 0 && part is not ".");

    /// <summary>Reads a line; false where it is not of the exact form.</summary>
    public static bool TryParse(string text, [NotNullWhen(true)] out JoinTokenLine? line)
    {
        ArgumentNullException.ThrowIfNull(text);
        line = null;
        if (text.Split(' ', StringSplitOptions.RemoveEmptyEntries) is not [var name, var expiry, var hash] || !IsName(name)) return false;
        if (!DateTimeOffset.TryParseExact(expiry, TimeFormat, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var expiresAt)) return false;
        if (!hash.StartsWith(HashPrefix, StringComparison.Ordinal) || hash.Length != HashPrefix.Length + HashChars) return false;
        if (hash.AsSpan(HashPrefix.Length).ContainsAnyExcept(HexChars)) return false;
        line = new JoinTokenLine(name, expiresAt, hash[HashPrefix.Length..]);
        return true;
    }

    /// <summary>The line, without an end.</summary>
    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture, $"{Name} {ExpiresAt.UtcDateTime.ToString(TimeFormat, CultureInfo.InvariantCulture)} {HashPrefix}{Hash}");
}
