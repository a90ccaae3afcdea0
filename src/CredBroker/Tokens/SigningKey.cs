using System.Security.Cryptography;
using Microsoft.IdentityModel.Tokens;

namespace CredBroker.Tokens;

/// <summary>
/// A private signing key: ECDSA on P-256 with SHA-256 (ES256, RFC 7518 section 3.4). It shows its id and nothing else, and may
/// be used from many threads.
/// </summary>
public sealed class SigningKey : IDisposable
{
    private const string P256 = "1.2.840.10045.3.1.7";
    private const string PemLabel = "PRIVATE KEY";
    private readonly ECDsa _key;

    private SigningKey(ECDsa key)
    {
        _key = key;
        Public = PublicSigningKey.Of(key.ExportParameters(includePrivateParameters: false).Q, SecurityAlgorithms.EcdsaSha256, "P-256");
        Credentials = new SigningCredentials(new ECDsaSecurityKey(key) { KeyId = Id }, SecurityAlgorithms.EcdsaSha256)
        {
            // Its own cache of signers: nothing outlives the key in a static one.
            CryptoProviderFactory = new CryptoProviderFactory(),
        };
    }

    /// <summary>The public half.</summary>
    public PublicSigningKey Public { get; }

    /// <summary><c>kid</c>.</summary>
    public string Id => Public.Id;

    internal SigningCredentials Credentials { get; }

    /// <summary>A new key.</summary>
    public static SigningKey Generate() => new(ECDsa.Create(ECCurve.NamedCurves.nistP256));

    /// <summary>Reads a key from PKCS#8 PEM, not encrypted.</summary>
    /// <exception cref="CryptographicException">It is not exactly one such key on P-256. The message repeats nothing of it.</exception>
    public static SigningKey FromPkcs8Pem(ReadOnlySpan<char> pem)
    {
        if (!PemEncoding.TryFind(pem, out var fields) || !pem[fields.Label].SequenceEqual(PemLabel))
            throw new CryptographicException("Not a PKCS#8 private key in PEM.");
        var key = ECDsa.Create();
        try
        {
            key.ImportFromPem(pem);
            if (key.ExportParameters(includePrivateParameters: false).Curve.Oid.Value != P256)
                throw new CryptographicException("Not a key on the curve P-256.");
            return new SigningKey(key);
        }
        catch (Exception fault)
        {
            key.Dispose();
            if (fault is CryptographicException) throw;
            throw new CryptographicException("Not one PKCS#8 private key in PEM.", fault);
        }
    }

    /// <summary>A secret of 32 bytes for another purpose than signing (HKDF-SHA256, RFC 5869); it tells nothing of the key.</summary>
    internal byte[] Derive(ReadOnlySpan<byte> purpose)
    {
        var secret = _key.ExportParameters(includePrivateParameters: true).D!;
        try
        {
            var derived = new byte[SHA256.HashSizeInBytes];
            HKDF.DeriveKey(HashAlgorithmName.SHA256, secret, derived, salt: [], purpose);
            return derived;
        }
        finally
        {
            CryptographicOperations.ZeroMemory(secret);
        }
    }

    /// <summary>The key in PKCS#8 PEM. The caller wipes it.</summary>
    public char[] ExportPkcs8Pem()
    {
        var buffer = new char[512];
        try
        {
            if (!_key.TryExportPkcs8PrivateKeyPem(buffer, out var written)) throw new CryptographicException("The key is too long.");
            return buffer[..written];
        }
        finally
        {
            Array.Clear(buffer);
        }
    }

    /// <inheritdoc/>
    public override string ToString() => $"signing key {Id}";

    /// <inheritdoc/>
    public void Dispose() => _key.Dispose();
}
