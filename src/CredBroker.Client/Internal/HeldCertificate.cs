using System.Security.Cryptography.X509Certificates;

namespace CredBroker.Client.Internal;

/// <summary>
/// The newest certificate of a source, and the one before, which a handshake may be using still. What is older is let go, key and all.
/// </summary>
internal sealed class HeldCertificate : IDisposable
{
    private readonly Lock _gate = new();
    private X509Certificate2? _newest;
    private X509Certificate2? _before;

    /// <summary>Keeps one; answers with the one that is to be used, which is the one before where nothing has changed.</summary>
    public X509Certificate2 Keep(X509Certificate2 certificate)
    {
        lock (_gate)
        {
            if (_newest is not null && _newest.RawDataMemory.Span.SequenceEqual(certificate.RawDataMemory.Span))
            {
                certificate.Dispose();
                return _newest;
            }

            _before?.Dispose();
            (_before, _newest) = (_newest, certificate);
            return certificate;
        }
    }

    public void Dispose()
    {
        _before?.Dispose();
        _newest?.Dispose();
    }
}
