using System.Runtime.CompilerServices;
using CredBroker.Client.Internal;
using Wire = CredBroker.Protocol.V1;

namespace CredBroker.Client.Operators;

/// <summary>What has been issued, to whomever.</summary>
public sealed class OperatorLeases
{
    private readonly OperatorCalls _calls;

    internal OperatorLeases(OperatorCalls calls) => _calls = calls;

    /// <summary>One lease.</summary>
    public async Task<LeaseInfo> GetAsync(string leaseId, CancellationToken cancellationToken = default)
    {
        var answer = await _calls.CallAsync(_calls.Connection.Leases.GetLeaseAsync, new Wire.GetLeaseRequest { LeaseId = leaseId }, cancellationToken);
        return answer.Lease.ToInfo();
    }

    /// <summary>Leases, oldest first, page by page: stop when you have enough.</summary>
    /// <param name="selector">Which; null = all that this operator may see.</param>
    /// <param name="states">Only those in one of these states; none = all that the broker remembers.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public async IAsyncEnumerable<LeaseInfo> ListAsync(
        LeaseSelector? selector = null, IReadOnlyList<LeaseState>? states = null, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        var request = new Wire.ListLeasesRequest { Selector = selector?.ToWire() };
        request.States.AddRange((states ?? []).Select(s => (Wire.LeaseState)s));
        do
        {
            var page = await _calls.CallAsync(_calls.Connection.Leases.ListLeasesAsync, request, cancellationToken);
            foreach (var lease in page.Leases) yield return lease.ToInfo();
            request.PageToken = page.NextPageToken;
        }
        while (request.PageToken.Length > 0);
    }
}
