using System.Security.Cryptography.X509Certificates;

namespace CredBroker.Client.Evidence;

/// <summary>
/// Evidence that is a certificate: the connection to the broker is made with it, and proves its key. The client asks for it once a minute, and
/// connects anew where it has been rotated.
/// </summary>
public interface IConnectionCertificateSource : IEvidenceSource
{
    /// <summary>The certificate, with its key, that connections are made with now. It stays the source's, and has to last until the one after the next.</summary>
    /// <exception cref="EvidenceUnavailableException">There is none.</exception>
    ValueTask<X509Certificate2> GetCertificateAsync(CancellationToken cancellationToken = default);
}
