using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace CredBroker.Server.Attestation.X509;

/// <summary>Which keys and signatures are strong enough: EC on P-256, P-384 and P-521, RSA of 2048 to 8192 bits, and SHA-2.</summary>
internal static class CertificateStrength
{
    private const int MinRsaBits = 2048;
    private const int MaxRsaBits = 8192;

    private static readonly HashSet<string> Signatures = new(StringComparer.Ordinal)
    {
        // ecdsa-with-SHA256, 384, 512 and sha256, 384, 512WithRSAEncryption
        "1.2.840.10045.4.3.2", "1.2.840.10045.4.3.3", "1.2.840.10045.4.3.4",
        "1.2.840.113549.1.1.11", "1.2.840.113549.1.1.12", "1.2.840.113549.1.1.13",
    };

    private static readonly HashSet<string> Curves = new(StringComparer.Ordinal)
    {
        ECCurve.NamedCurves.nistP256.Oid.Value!, ECCurve.NamedCurves.nistP384.Oid.Value!, ECCurve.NamedCurves.nistP521.Oid.Value!,
    };

    /// <exception cref="EvidenceFault">Its key or its signature is too weak, or of another kind.</exception>
    public static void Check(X509Certificate2 certificate)
    {
        if (!Signatures.Contains(certificate.SignatureAlgorithm.Value ?? "") || !IsStrong(certificate))
            throw new EvidenceFault("a key or a signature of its path is of a kind that is not accepted");
    }

    private static bool IsStrong(X509Certificate2 certificate)
    {
        using var rsa = certificate.GetRSAPublicKey();
        if (rsa is not null) return rsa.KeySize is >= MinRsaBits and <= MaxRsaBits;
        using var ec = certificate.GetECDsaPublicKey();
        return ec?.ExportParameters(includePrivateParameters: false).Curve is { IsNamed: true } curve && Curves.Contains(curve.Oid.Value ?? "");
    }
}
