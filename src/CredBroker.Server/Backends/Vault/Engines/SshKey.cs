using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace CredBroker.Server.Backends.Vault.Engines;

/// <summary>Keys and certificates of SSH as one line each: RFC 4253 section 6.6, RFC 5656 section 3.1 and OpenSSH's PROTOCOL.certkeys.</summary>
internal static class SshKey
{
    private const string KeyType = "ecdsa-sha2-nistp256";
    private const string Curve = "nistp256";
    private const string CertificateType = KeyType + "-cert-v01@openssh.com";

    /// <summary>The public part of a P-256 key, as OpenSSH writes it.</summary>
    public static string PublicLine(ECDsa key)
    {
        var point = key.ExportParameters(includePrivateParameters: false).Q;
        byte[] uncompressed = [4, .. point.X!, .. point.Y!];
        byte[] blob = [.. Field(Encoding.ASCII.GetBytes(KeyType)), .. Field(Encoding.ASCII.GetBytes(Curve)), .. Field(uncompressed)];
        return $"{KeyType} {Convert.ToBase64String(blob)}";
    }

    /// <summary>When a certificate for such a key ends; null where the line is none that can be read, or one without end.</summary>
    public static DateTimeOffset? ReadEnd(string line)
    {
        var parts = line.Split([' ', '\n'], StringSplitOptions.RemoveEmptyEntries);
        if (parts is not [CertificateType, var text, ..]) return null;
        try
        {
            ReadOnlySpan<byte> rest = Convert.FromBase64String(text);
            // Type, nonce, curve, key; serial number and kind; key id, principals; not before.
            for (var i = 0; i < 4; i++) Skip(ref rest);
            rest = rest[12..];
            for (var i = 0; i < 2; i++) Skip(ref rest);
            var end = BinaryPrimitives.ReadUInt64BigEndian(rest[8..]);
            return end <= (ulong)DateTimeOffset.MaxValue.ToUnixTimeSeconds() ? DateTimeOffset.FromUnixTimeSeconds((long)end) : null;
        }
        catch (Exception fault) when (fault is FormatException or ArgumentOutOfRangeException)
        {
            return null;
        }
    }

    private static byte[] Field(byte[] value)
    {
        var field = new byte[4 + value.Length];
        BinaryPrimitives.WriteInt32BigEndian(field, value.Length);
        value.CopyTo(field, 4);
        return field;
    }

    private static void Skip(ref ReadOnlySpan<byte> rest) => rest = rest[(4 + BinaryPrimitives.ReadInt32BigEndian(rest))..];
}
