using System.Security.Cryptography.X509Certificates;
using CredBroker.Client.Evidence;

namespace CredBroker.Client.Internal;

/// <summary>
/// Makes connections with the certificate of a source, which is asked once a minute. A rotated certificate gets connections of its own; those of the one
/// before stay for the calls that are under way.
/// </summary>
internal sealed class CertificateHandler(IConnectionCertificateSource source, Func<X509Certificate2, SocketsHttpHandler> make, TimeProvider time) : HttpMessageHandler
{
    private static readonly TimeSpan AskEvery = TimeSpan.FromMinutes(1);

    private readonly SemaphoreSlim _asking = new(1, 1);
    private readonly Queue<HttpMessageInvoker> _all = new();
    private volatile HttpMessageInvoker? _newest;
    private byte[] _certificate = [];
    private long _askedAt;

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) =>
        await (await NewestAsync(cancellationToken)).SendAsync(request, cancellationToken);

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            while (_all.TryDequeue(out var old)) old.Dispose();
            _asking.Dispose();
        }

        base.Dispose(disposing);
    }

    private async ValueTask<HttpMessageInvoker> NewestAsync(CancellationToken cancellationToken)
    {
        if (_newest is { } fresh && time.GetElapsedTime(Volatile.Read(ref _askedAt)) < AskEvery) return fresh;
        await _asking.WaitAsync(cancellationToken);
        try
        {
            if (_newest is { } meanwhile && time.GetElapsedTime(_askedAt) < AskEvery) return meanwhile;
            return await AskAsync(cancellationToken);
        }
        finally
        {
            _asking.Release();
        }
    }

    private async Task<HttpMessageInvoker> AskAsync(CancellationToken cancellationToken)
    {
        try
        {
            var certificate = await source.GetCertificateAsync(cancellationToken);
            if (_newest is null || !certificate.RawDataMemory.Span.SequenceEqual(_certificate))
            {
                var made = new HttpMessageInvoker(make(certificate));
                (_newest, _certificate) = (made, certificate.RawData);
                _all.Enqueue(made);
                if (_all.Count > 2) _all.Dequeue().Dispose();
            }
        }
        catch (EvidenceUnavailableException) when (_newest is not null)
        {
            // The one that there is may be good still; the broker says so where it is not.
        }

        Volatile.Write(ref _askedAt, time.GetTimestamp());
        return _newest!;
    }
}
