using System.Buffers.Text;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json;

namespace CredBroker.Client.Evidence;

/// <summary>
/// A challenge of the broker, signed with the key of a certificate. Both are PEM files that something else keeps fresh; they are read each time. It works
/// over any connection.
/// </summary>
public sealed class CertificateProofEvidenceSource : IChallengedEvidenceSource
{
    private const string Prefix = "credbroker x509_pop v1\n";

    private readonly string _certificateFile;
    private readonly string _keyFile;

    /// <summary>Evidence from files.</summary>
    /// <param name="certificateFile">PEM: the certificate, then those between it and its root.</param>
    /// <param name="keyFile">PEM: its private key, not encrypted.</param>
    public CertificateProofEvidenceSource(string certificateFile, string keyFile)
    {
        ArgumentException.ThrowIfNullOrEmpty(certificateFile);
        ArgumentException.ThrowIfNullOrEmpty(keyFile);
        (_certificateFile, _keyFile) = (certificateFile, keyFile);
    }

    /// <inheritdoc/>
    public string Attestor => WorkloadEvidence.X509Pop;

    /// <inheritdoc/>
    public ValueTask<WorkloadEvidence> GetAsync(string challenge, CancellationToken cancellationToken = default)
    {
        try
        {
            using var certificate = X509Certificate2.CreateFromPemFile(_certificateFile, _keyFile);
            var chain = new X509Certificate2Collection();
            chain.ImportFromPemFile(_certificateFile);
            var der = chain.SelectMany(one => one.RawData).ToArray();
            foreach (var one in chain) one.Dispose();
            var payload = new { challenge, chain = Base64Url.EncodeToString(der), signature = Base64Url.EncodeToString(Sign(certificate, Encoding.UTF8.GetBytes(Prefix + challenge))) };
            return ValueTask.FromResult(new WorkloadEvidence(Attestor, JsonSerializer.SerializeToUtf8Bytes(payload)));
        }
        // The last is what a key of another certificate is.
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or CryptographicException or ArgumentException)
        {
            throw new EvidenceUnavailableException($"The certificate {_certificateFile} and its key cannot be used: {e.GetType().Name}.");
        }
    }

    private static byte[] Sign(X509Certificate2 certificate, byte[] text)
    {
        using var rsa = certificate.GetRSAPrivateKey();
        if (rsa is not null) return rsa.SignData(text, HashAlgorithmName.SHA256, RSASignaturePadding.Pss);
        using var ec = certificate.GetECDsaPrivateKey() ?? throw new CryptographicException("The key is neither RSA nor EC.");
        var hash = ec.KeySize switch { <= 256 => HashAlgorithmName.SHA256, <= 384 => HashAlgorithmName.SHA384, _ => HashAlgorithmName.SHA512 };
        return ec.SignData(text, hash, DSASignatureFormat.IeeeP1363FixedFieldConcatenation);
    }
}
