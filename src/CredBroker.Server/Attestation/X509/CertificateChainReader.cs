using System.Formats.Asn1;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace CredBroker.Server.Attestation.X509;

/// <summary>Reads certificates that stand one after another in DER, as SPIFFE's workload API writes them.</summary>
internal static class CertificateChainReader
{
    public const int MaxCertificates = 8;

    /// <exception cref="EvidenceFault">It is something else, or there are too many.</exception>
    public static List<X509Certificate2> Read(ReadOnlyMemory<byte> der)
    {
        var certificates = new List<X509Certificate2>();
        try
        {
            while (!der.IsEmpty)
            {
                if (certificates.Count == MaxCertificates) throw new EvidenceFault("it holds too many certificates");
                AsnDecoder.ReadSequence(der.Span, AsnEncodingRules.DER, out _, out _, out var length);
                certificates.Add(X509CertificateLoader.LoadCertificate(der.Span[..length]));
                der = der[length..];
            }

            return certificates;
        }
        catch (Exception fault)
        {
            certificates.ForEach(certificate => certificate.Dispose());
            if (fault is CryptographicException or AsnContentException) throw NotReadable();
            throw;
        }
    }

    /// <exception cref="EvidenceFault">It is not exactly one certificate.</exception>
    public static X509Certificate2 ReadOne(ReadOnlyMemory<byte> der)
    {
        var certificates = Read(der);
        if (certificates is [var one]) return one;
        certificates.ForEach(certificate => certificate.Dispose());
        throw NotReadable();
    }

    private static EvidenceFault NotReadable() => new("it is not certificates in DER, one after another");
}
