using System.Buffers.Text;
using System.Text;

namespace CredBroker.Testing.Attestation;

/// <summary>Puts a JWS in compact form together from exactly the text it is given, however wrong.</summary>
public static class TestJws
{
    public static string Encode(string text) => Base64Url.EncodeToString(Encoding.UTF8.GetBytes(text));

    public static string Sign(string header, string claims, TestSigningKey key) => Assemble(header, claims, input => key.Sign(input));

    public static string Assemble(string header, string claims, Func<byte[], byte[]> sign)
    {
        var input = $"{Encode(header)}.{Encode(claims)}";
        return $"{input}.{Base64Url.EncodeToString(sign(Encoding.ASCII.GetBytes(input)))}";
    }
}
