using System.Formats.Asn1;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace CredBroker.Client.Internal;

/// <summary>Puts certificates and keys together.</summary>
internal static class CertificateReading
{
    /// <summary>The first of certificates that stand one after another in DER, with its key in PKCS#8.</summary>
    /// <exception cref="CryptographicException">They cannot be read, or do not go together.</exception>
    public static X509Certificate2 FromDer(ReadOnlySpan<byte> chain, ReadOnlySpan<byte> key)
    {
        using var certificate = X509CertificateLoader.LoadCertificate(chain[..LengthOfFirst(chain)]);
        try
        {
            // "RSA" by its object identifier; anything else must be EC, or the key does not import.
            if (certificate.PublicKey.Oid.Value == "1.2.840.113549.1.1.1")
            {
                using var rsa = RSA.Create();
                rsa.ImportPkcs8PrivateKey(key, out _);
                return certificate.CopyWithPrivateKey(rsa);
            }

            using var ec = ECDsa.Create();
            ec.ImportPkcs8PrivateKey(key, out _);
            return certificate.CopyWithPrivateKey(ec);
        }
        catch (ArgumentException e)
        {
            throw new CryptographicException("The key is not the certificate's.", e);
        }
    }

    private static int LengthOfFirst(ReadOnlySpan<byte> chain)
    {
        try
        {
            AsnDecoder.ReadSequence(chain, AsnEncodingRules.DER, out _, out _, out var length);
            return length;
        }
        catch (AsnContentException e)
        {
            throw new CryptographicException("It is no certificate in DER.", e);
        }
    }
}
