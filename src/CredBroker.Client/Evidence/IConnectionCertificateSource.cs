using System.Security.Cryptography.X509Certificates;

namespace CredBroker.Client.Evidence;

/// <summary>
/// Evidence that is a certificate: the connection to the broker is made with it, and proves its key. Connections are made anew every minute,
/// so that a rotated certificate counts soon.
/// </summary>
public interface IConnectionCertificateSource : IEvidenceSource
{
    /// <summary>The certificate, with its key, that a connection is made with now. It stays the source's.</summary>
    /// <exception cref="EvidenceUnavailableException">There is none.</exception>
    ValueTask<X509Certificate2> GetCertificateAsync(CancellationToken cancellationToken = default);
}
