using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using CredBroker.Client.Internal;

namespace CredBroker.Client.Evidence;

/// <summary>
/// A certificate and its key in PEM files that something else keeps fresh, such as an X.509-SVID written by <c>spiffe-helper</c>. They are
/// read for each connection. The connection to the broker is made with them, so the broker's address must be <c>https://</c>.
/// </summary>
public sealed class CertificateEvidenceSource : IConnectionCertificateSource, IDisposable
{
    private readonly string _certificateFile;
    private readonly string _keyFile;
    private readonly string _attestor;
    private readonly HeldCertificate _held = new();

    /// <summary>Evidence from files.</summary>
    /// <param name="certificateFile">PEM: the certificate, then those between it and its root.</param>
    /// <param name="keyFile">PEM: its private key, not encrypted.</param>
    /// <param name="attestor">The attestor that reads it.</param>
    public CertificateEvidenceSource(string certificateFile, string keyFile, string attestor = WorkloadEvidence.SpiffeX509)
    {
        ArgumentException.ThrowIfNullOrEmpty(certificateFile);
        ArgumentException.ThrowIfNullOrEmpty(keyFile);
        ArgumentException.ThrowIfNullOrEmpty(attestor);
        (_certificateFile, _keyFile, _attestor) = (certificateFile, keyFile, attestor);
    }

    /// <inheritdoc/>
    public ValueTask<WorkloadEvidence> GetAsync(CancellationToken cancellationToken = default) => ValueTask.FromResult(Read(() =>
    {
        var chain = new X509Certificate2Collection();
        chain.ImportFromPemFile(_certificateFile);
        var der = chain.SelectMany(certificate => certificate.RawData).ToArray();
        foreach (var certificate in chain) certificate.Dispose();
        return new WorkloadEvidence(_attestor, der);
    }));

    /// <inheritdoc/>
    public ValueTask<X509Certificate2> GetCertificateAsync(CancellationToken cancellationToken = default) =>
        ValueTask.FromResult(Read(() => _held.Keep(X509Certificate2.CreateFromPemFile(_certificateFile, _keyFile))));

    /// <inheritdoc/>
    public void Dispose() => _held.Dispose();

    private T Read<T>(Func<T> read)
    {
        try
        {
            return read();
        }
        // The last is what a key of another certificate is.
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or CryptographicException or ArgumentException)
        {
            throw new EvidenceUnavailableException($"The certificate {_certificateFile} and its key cannot be read: {e.GetType().Name}.");
        }
    }
}
