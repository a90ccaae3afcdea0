using System.Buffers.Text;
using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Text;

namespace CredBroker.Attestation;

/// <summary>
/// A secret by which a workload joins once that has nothing else to prove itself with: <c>cbj_</c> and 256 random bits in base64url.
/// An operator makes it; the broker is told its hash alone. The text leaves through <see cref="Reveal"/> and nothing else.
/// </summary>
public sealed class JoinToken
{
    private const string Prefix = "cbj_";
    private const int SecretBytes = 32;
    private const int SecretChars = 43;
    private readonly string _text;

    private JoinToken(string text)
    {
        _text = text;
        Hash = Convert.ToHexStringLower(SHA256.HashData(Encoding.ASCII.GetBytes(text)));
    }

    /// <summary>SHA-256 of the whole token, lower-case hex. So much chance is in a token that nobody finds it by its hash.</summary>
    public string Hash { get; }

    /// <summary>A new one.</summary>
    public static JoinToken New() => new(Prefix + Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(SecretBytes)));

    /// <summary>Reads a token; false where it is not of the exact form.</summary>
    public static bool TryParse(ReadOnlySpan<byte> ascii, [NotNullWhen(true)] out JoinToken? token)
    {
        token = null;
        if (ascii.Length != Prefix.Length + SecretChars || !ascii.StartsWith("cbj_"u8)) return false;
        foreach (var c in ascii[Prefix.Length..])
            if (!char.IsAsciiLetterOrDigit((char)c) && c is not (byte)'-' and not (byte)'_') return false;
        token = new JoinToken(Encoding.ASCII.GetString(ascii));
        return true;
    }

    /// <summary>The token as it goes to the workload.</summary>
    public string Reveal() => _text;

    /// <inheritdoc/>
    public override string ToString() => $"{Prefix}[redacted]";
}
