using System.Buffers;
using System.Buffers.Text;
using System.Text;

namespace CredBroker.Server.Jose;

/// <summary>The three parts of a JWS in compact form (RFC 7515 §3.1), each in canonical base64url.</summary>
internal sealed record CompactJws(string Text, byte[] Header, byte[] Claims)
{
    public const int MaxBytes = 16 * 1024;

    /// <summary>Never the token, which others could use.</summary>
    public override string ToString() => "CompactJws { [redacted] }";

    private static readonly SearchValues<byte> Alphabet =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"u8);

    /// <summary>Splits a token; refuses anything but three parts, an empty signature, padding, white space and loose bits.</summary>
    /// <exception cref="JwtFault">It is not in this form.</exception>
    public static CompactJws Read(ReadOnlySpan<byte> token)
    {
        if (token.Length > MaxBytes) throw new JwtFault("it is larger than 16 KB");
        if (token.Count((byte)'.') != 2) throw new JwtFault("it is not three parts in compact form");
        var first = token.IndexOf((byte)'.');
        var second = token.LastIndexOf((byte)'.');
        if (token[(second + 1)..].IsEmpty) throw new JwtFault("it is not signed");
        var header = Decode(token[..first]);
        var claims = Decode(token[(first + 1)..second]);
        Decode(token[(second + 1)..]);
        return new CompactJws(Encoding.ASCII.GetString(token), header, claims);
    }

    private static byte[] Decode(ReadOnlySpan<byte> part)
    {
        // The alphabet first: the decoder skips white space and takes padding. Loose bits it refuses by itself.
        if (part.IsEmpty || part.ContainsAnyExcept(Alphabet)) throw NotCanonical();
        var buffer = new byte[Base64Url.GetMaxDecodedLength(part.Length)];
        return Base64Url.DecodeFromUtf8(part, buffer, out _, out var written) == OperationStatus.Done ? buffer[..written] : throw NotCanonical();
    }

    private static JwtFault NotCanonical() => new("a part is not canonical base64url");
}
