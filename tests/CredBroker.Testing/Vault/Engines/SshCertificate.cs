using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace CredBroker.Testing.Vault.Engines;

/// <summary>An OpenSSH user certificate (PROTOCOL.certkeys) signed with an ECDSA key, for a public key of any kind.</summary>
internal sealed class SshCertificate(ECDsa authority)
{
    private const string Kind = "ecdsa-sha2-nistp256";
    private const string Curve = "nistp256";
    private const uint UserType = 1;

    /// <summary>The authority's public key as a line.</summary>
    public string AuthorityLine => $"{Kind} {Convert.ToBase64String(AuthorityBlob())}";

    /// <summary>Signs a public key.</summary>
    /// <param name="publicKey">A line of an <c>authorized_keys</c> file.</param>
    /// <param name="serial">The serial number.</param>
    /// <param name="principals">Who it may log in as.</param>
    /// <param name="from">Good from then.</param>
    /// <param name="until">Good until then.</param>
    /// <exception cref="FormatException">The line is no public key.</exception>
    public string Sign(string publicKey, ulong serial, IReadOnlyList<string> principals, DateTimeOffset from, DateTimeOffset until)
    {
        var (kind, fields) = Read(publicKey);
        var name = $"{kind}-cert-v01@openssh.com";
        var body = new MemoryStream();
        Text(body, name);
        Bytes(body, RandomNumberGenerator.GetBytes(32));
        body.Write(fields);
        Long(body, serial);
        Number(body, UserType);
        Text(body, "vault");
        Bytes(body, List(principals));
        Long(body, (ulong)from.ToUnixTimeSeconds());
        Long(body, (ulong)until.ToUnixTimeSeconds());
        Bytes(body, []);
        Bytes(body, Option("permit-pty"));
        Bytes(body, []);
        Bytes(body, AuthorityBlob());
        Bytes(body, SignatureOf(body.ToArray()));
        return $"{name} {Convert.ToBase64String(body.ToArray())}\n";
    }

    /// <summary>The kind of a key, and the fields that follow it.</summary>
    private static (string Kind, byte[] Fields) Read(string publicKey)
    {
        if (publicKey.Split(' ', StringSplitOptions.RemoveEmptyEntries) is not [var kind, var encoded, ..]) throw new FormatException("no key found");
        var blob = Convert.FromBase64String(encoded.Trim());
        if (blob.Length < 4 || BinaryPrimitives.ReadInt32BigEndian(blob) != kind.Length || !Encoding.ASCII.GetString(blob, 4, kind.Length).Equals(kind, StringComparison.Ordinal))
            throw new FormatException("the key is not of its kind");
        return (kind, blob[(4 + kind.Length)..]);
    }

    private byte[] AuthorityBlob()
    {
        var point = authority.ExportParameters(includePrivateParameters: false).Q;
        var blob = new MemoryStream();
        Text(blob, Kind);
        Text(blob, Curve);
        Bytes(blob, [4, .. point.X!, .. point.Y!]);
        return blob.ToArray();
    }

    private byte[] SignatureOf(byte[] signed)
    {
        var signature = authority.SignData(signed, HashAlgorithmName.SHA256);
        var pair = new MemoryStream();
        Positive(pair, signature[..32]);
        Positive(pair, signature[32..]);
        var blob = new MemoryStream();
        Text(blob, Kind);
        Bytes(blob, pair.ToArray());
        return blob.ToArray();
    }

    private static byte[] List(IReadOnlyList<string> words)
    {
        var list = new MemoryStream();
        foreach (var word in words) Text(list, word);
        return list.ToArray();
    }

    private static byte[] Option(string name)
    {
        var option = new MemoryStream();
        Text(option, name);
        Bytes(option, []);
        return option.ToArray();
    }

    private static void Positive(MemoryStream to, byte[] number)
    {
        var trimmed = number.AsSpan().TrimStart((byte)0).ToArray();
        Bytes(to, trimmed.Length == 0 || trimmed[0] < 0x80 ? trimmed : [0, .. trimmed]);
    }

    private static void Text(MemoryStream to, string text) => Bytes(to, Encoding.UTF8.GetBytes(text));

    private static void Bytes(MemoryStream to, byte[] bytes)
    {
        Number(to, (uint)bytes.Length);
        to.Write(bytes);
    }

    private static void Number(MemoryStream to, uint number)
    {
        Span<byte> field = stackalloc byte[4];
        BinaryPrimitives.WriteUInt32BigEndian(field, number);
        to.Write(field);
    }

    private static void Long(MemoryStream to, ulong number)
    {
        Span<byte> field = stackalloc byte[8];
        BinaryPrimitives.WriteUInt64BigEndian(field, number);
        to.Write(field);
    }
}
