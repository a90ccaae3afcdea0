using System.Security.Cryptography;
using System.Text;

namespace CredBroker.Verification.Tokens;

/// <summary>SHA-256 of a whole compact token. The cache holds these, so that it holds no token.</summary>
internal readonly record struct TokenDigest
{
    private readonly UInt128 _high;
    private readonly UInt128 _low;

    private TokenDigest(ReadOnlySpan<byte> hash)
    {
        _high = System.Buffers.Binary.BinaryPrimitives.ReadUInt128BigEndian(hash);
        _low = System.Buffers.Binary.BinaryPrimitives.ReadUInt128BigEndian(hash[16..]);
    }

    public static TokenDigest Of(string token)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(Encoding.UTF8.GetBytes(token), hash);
        return new TokenDigest(hash);
    }
}
