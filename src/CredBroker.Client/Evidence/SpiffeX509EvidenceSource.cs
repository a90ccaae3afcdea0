using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using CredBroker.Client.Evidence.WorkloadApi;
using CredBroker.Client.Internal;

namespace CredBroker.Client.Evidence;

/// <summary>
/// The X.509-SVID of this process from the SPIFFE agent of its machine (SPIFFE Workload API). The connection to the broker is made with
/// it, so the broker's address must be <c>https://</c>.
/// </summary>
public sealed class SpiffeX509EvidenceSource : IConnectionCertificateSource, IDisposable
{
    private readonly WorkloadApiClient _agent;
    private readonly HeldCertificate _held = new();

    /// <summary>Evidence from an agent.</summary>
    /// <param name="socket">The agent's socket, <c>unix:///path</c>; null = as <c>SPIFFE_ENDPOINT_SOCKET</c> says.</param>
    public SpiffeX509EvidenceSource(string? socket = null) => _agent = new WorkloadApiClient(socket);

    /// <inheritdoc/>
    public async ValueTask<WorkloadEvidence> GetAsync(CancellationToken cancellationToken = default) =>
        new(WorkloadEvidence.SpiffeX509, (await FetchAsync(cancellationToken)).X509Svid.Memory);

    /// <inheritdoc/>
    public async ValueTask<X509Certificate2> GetCertificateAsync(CancellationToken cancellationToken = default)
    {
        var svid = await FetchAsync(cancellationToken);
        try
        {
            return _held.Keep(CertificateReading.FromDer(svid.X509Svid.Span, svid.X509SvidKey.Span));
        }
        catch (CryptographicException)
        {
            // What the reader says may quote the key.
            throw new EvidenceUnavailableException("The SPIFFE agent gives an X.509-SVID that cannot be read.");
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _agent.Dispose();
        _held.Dispose();
    }

    private async Task<X509SVID> FetchAsync(CancellationToken cancellationToken)
    {
        var answer = await _agent.CallAsync(FirstAsync, cancellationToken);
        return answer.Svids is [var first, ..] ? first : throw new EvidenceUnavailableException("The SPIFFE agent gives no X.509-SVID.");
    }

    // The agent would go on and tell of rotations; asked anew each time, it has always told the newest.
    private static async Task<X509SVIDResponse> FirstAsync(SpiffeWorkloadAPI.SpiffeWorkloadAPIClient api, Grpc.Core.CallOptions options)
    {
        using var call = api.FetchX509SVID(new X509SVIDRequest(), options);
        return await call.ResponseStream.MoveNext(options.CancellationToken) ? call.ResponseStream.Current : new X509SVIDResponse();
    }
}
