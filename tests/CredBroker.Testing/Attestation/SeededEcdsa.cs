using System.Numerics;
using System.Security.Cryptography;

namespace CredBroker.Testing.Attestation;

/// <summary>
/// A key on P-256 that hangs on nothing but chance that can be had again, and signs the same in the same way each time: what is signed with it can
/// be made once more, to the byte. It guards nothing.
/// </summary>
public sealed class SeededEcdsa : ECDsa
{
    private const int Size = 32;

    private static readonly ECCurve Curve = ECCurve.NamedCurves.nistP256;
    private static readonly BigInteger Order = Number(Convert.FromHexString("FFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551"));

    private readonly ECDsa _key;
    private readonly byte[] _secret = new byte[Size];

    public SeededEcdsa(Random random)
    {
        random.NextBytes(_secret);
        _key = KeyOf(_secret);
        KeySizeValue = Size * 8;
    }

    public override ECParameters ExportParameters(bool includePrivateParameters) => _key.ExportParameters(includePrivateParameters);

    public override void ImportParameters(ECParameters parameters) => throw new NotSupportedException("Its key is its seed's.");

    /// <summary>Signs (FIPS 186-5 section 6.4.1) with a number that follows from the key and the hash, as RFC 6979 has it in another form.</summary>
    public override byte[] SignHash(byte[] hash)
    {
        var secret = HMACSHA256.HashData(_secret, hash);
        using var once = KeyOf(secret);
        var r = Number(once.ExportParameters(includePrivateParameters: false).Q.X!) % Order;
        var s = BigInteger.ModPow(Number(secret), Order - 2, Order) * (Number(hash.AsSpan()[..Math.Min(hash.Length, Size)]) + (r * Number(_secret))) % Order;
        return [.. Bytes(r), .. Bytes(s)];
    }

    public override bool VerifyHash(byte[] hash, byte[] signature) => _key.VerifyHash(hash, signature);

    protected override void Dispose(bool disposing)
    {
        if (disposing) _key.Dispose();
        base.Dispose(disposing);
    }

    /// <summary>The key of a secret number, which is made to be less than the order.</summary>
    private static ECDsa KeyOf(byte[] secret)
    {
        secret[0] &= 0x7f;
        secret[^1] |= 1;
        return Create(new ECParameters { Curve = Curve, D = secret });
    }

    private static BigInteger Number(ReadOnlySpan<byte> bytes) => new(bytes, isUnsigned: true, isBigEndian: true);

    private static byte[] Bytes(BigInteger number)
    {
        var bytes = number.ToByteArray(isUnsigned: true, isBigEndian: true);
        return [.. new byte[Size - bytes.Length], .. bytes];
    }
}
