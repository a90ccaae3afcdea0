using CredBroker.Client.Evidence.WorkloadApi;
using CredBroker.Client.Internal;

namespace CredBroker.Client.Evidence;

/// <summary>A JWT-SVID of this process, fresh each time, from the SPIFFE agent of its machine (SPIFFE Workload API).</summary>
public sealed class SpiffeJwtEvidenceSource : IEvidenceSource, IDisposable
{
    private readonly string _audience;
    private readonly WorkloadApiClient _agent;

    /// <summary>Evidence from an agent.</summary>
    /// <param name="audience">The audience that the broker expects.</param>
    /// <param name="socket">The agent's socket, <c>unix:///path</c>; null = as <c>SPIFFE_ENDPOINT_SOCKET</c> says.</param>
    public SpiffeJwtEvidenceSource(string audience = "credbroker", string? socket = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(audience);
        _audience = audience;
        _agent = new WorkloadApiClient(socket);
    }

    /// <inheritdoc/>
    public async ValueTask<WorkloadEvidence> GetAsync(CancellationToken cancellationToken = default)
    {
        var answer = await _agent.CallAsync(
            (api, options) => api.FetchJWTSVIDAsync(new JWTSVIDRequest { Audience = { _audience } }, options).ResponseAsync, cancellationToken);
        return answer.Svids is [var first, ..]
            ? WorkloadEvidence.FromText(WorkloadEvidence.SpiffeJwt, first.Svid)
            : throw new EvidenceUnavailableException("The SPIFFE agent gives no JWT-SVID.");
    }

    /// <inheritdoc/>
    public void Dispose() => _agent.Dispose();
}
