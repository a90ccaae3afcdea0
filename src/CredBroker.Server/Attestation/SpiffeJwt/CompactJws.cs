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
    public static CompactJws Read(ReadOnlySpan<byte> evidence)
    {
        if (evidence.Length > CredBroker.Attestation.Evidence.MaxPayloadBytes) throw SvidRefusal.Because("it is larger than 16 KB");
        if (evidence.Count((byte)'.') != 2) throw SvidRefusal.Because("it is not three parts in compact form");
        var first = evidence.IndexOf((byte)'.');
        var second = evidence.LastIndexOf((byte)'.');
        var header = Decode(evidence[..first]);
        var claims = Decode(evidence[(first + 1)..second]);
        if (evidence[(second + 1)..].IsEmpty) throw SvidRefusal.Because("it is not signed");
        Decode(evidence[(second + 1)..]);
        return new CompactJws(Encoding.ASCII.GetString(evidence), header, claims);
    }

    private static byte[] Decode(ReadOnlySpan<byte> part)
    {
        // The alphabet first: the decoder skips white space and takes padding. Loose bits it refuses by itself.
        if (part.IsEmpty || part.ContainsAnyExcept(Alphabet)) throw NotBase64Url();
        var buffer = new byte[Base64Url.GetMaxDecodedLength(part.Length)];
        return Base64Url.DecodeFromUtf8(part, buffer, out _, out var written) == OperationStatus.Done ? buffer[..written] : throw NotBase64Url();
    }

    private static RefusedException NotBase64Url() => SvidRefusal.Because("a part is not canonical base64url");
}
