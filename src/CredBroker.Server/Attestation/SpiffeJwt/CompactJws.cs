using System.Buffers;
using System.Buffers.Text;
using System.Text;

namespace CredBroker.Server.Attestation.SpiffeJwt;

/// <summary>The three parts of a JWS in compact form (RFC 7515 §3.1), each in canonical base64url.</summary>
internal sealed record CompactJws(string Text, byte[] Header, byte[] Claims)
{
    private static readonly SearchValues<byte> Alphabet =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"u8);

    /// <summary>Splits evidence; refuses anything but three parts, an empty signature, padding, white space and loose bits.</summary>
    public static CompactJws Read(ReadOnlySpan<byte> evidence) => TryRead(evidence, out var fault) ?? throw SvidRefusal.Because(fault);

    /// <summary>Splits a token in the same way; null and the fault where it is not in this form.</summary>
    public static CompactJws? TryRead(ReadOnlySpan<byte> token, out string fault)
    {
        fault = "";
        if (token.Length > CredBroker.Attestation.Evidence.MaxPayloadBytes) fault = "it is larger than 16 KB";
        else if (token.Count((byte)'.') != 2) fault = "it is not three parts in compact form";
        if (fault.Length > 0) return null;
        var first = token.IndexOf((byte)'.');
        var second = token.LastIndexOf((byte)'.');
        var header = Decode(token[..first]);
        var claims = Decode(token[(first + 1)..second]);
        if (token[(second + 1)..].IsEmpty) fault = "it is not signed";
        else if (header is null || claims is null || Decode(token[(second + 1)..]) is null) fault = "a part is not canonical base64url";
        return fault.Length > 0 ? null : new CompactJws(Encoding.ASCII.GetString(token), header!, claims!);
    }

    private static byte[]? Decode(ReadOnlySpan<byte> part)
    {
        // The alphabet first: the decoder skips white space and takes padding. Loose bits it refuses by itself.
        if (part.IsEmpty || part.ContainsAnyExcept(Alphabet)) return null;
        var buffer = new byte[Base64Url.GetMaxDecodedLength(part.Length)];
        return Base64Url.DecodeFromUtf8(part, buffer, out _, out var written) == OperationStatus.Done ? buffer[..written] : null;
    }
}
