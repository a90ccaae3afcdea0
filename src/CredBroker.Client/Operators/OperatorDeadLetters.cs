using System.Runtime.CompilerServices;
using CredBroker.Client.Internal;
using Wire = CredBroker.Protocol.V1;

namespace CredBroker.Client.Operators;

/// <summary>Leases whose backend would not revoke them: their credentials may be alive.</summary>
public sealed class OperatorDeadLetters
{
    private readonly OperatorCalls _calls;

    internal OperatorDeadLetters(OperatorCalls calls) => _calls = calls;

    /// <summary>All of them, page by page.</summary>
    public async IAsyncEnumerable<DeadLetter> ListAsync([EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        var request = new Wire.ListDeadLettersRequest();
        do
        {
            var page = await _calls.CallAsync(_calls.Connection.Revocations.ListDeadLettersAsync, request, cancellationToken);
            foreach (var letter in page.DeadLetters) yield return letter.ToDeadLetter();
            request.PageToken = page.NextPageToken;
        }
        while (request.PageToken.Length > 0);
    }

    /// <summary>Queues one of them for another try now; returns the lease as it then stands.</summary>
    public async Task<LeaseInfo> RetryAsync(string leaseId, CancellationToken cancellationToken = default)
    {
        var answer = await _calls.CallAsync(
            _calls.Connection.Revocations.RetryDeadLetterAsync, new Wire.RetryDeadLetterRequest { LeaseId = leaseId }, cancellationToken);
        return answer.Lease.ToInfo();
    }
}
