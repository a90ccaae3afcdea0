using System.Runtime.CompilerServices;
using CredBroker.Client.Internal;
using Wire = CredBroker.Protocol.V1;

namespace CredBroker.Client.Operators;

/// <summary>What waits for people to agree. Each call needs the role <c>approver</c>.</summary>
public sealed class OperatorApprovals
{
    private readonly OperatorCalls _calls;

    internal OperatorApprovals(OperatorCalls calls) => _calls = calls;

    /// <summary>Requests, newest first, page by page.</summary>
    /// <param name="state">Only those in this state; null = all that are remembered.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public async IAsyncEnumerable<ApprovalRequest> ListAsync(
        ApprovalState? state = null, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        var request = new Wire.ListApprovalsRequest { State = (Wire.ApprovalRequest.Types.State)(state ?? 0) };
        do
        {
            var page = await _calls.CallAsync(_calls.Connection.Approvals.ListApprovalsAsync, request, cancellationToken);
            foreach (var approval in page.Approvals) yield return approval.ToApproval();
            request.PageToken = page.NextPageToken;
        }
        while (request.PageToken.Length > 0);
    }

    /// <summary>Agrees or refuses; returns the request as it then stands. Saying the same again changes nothing.</summary>
    /// <param name="approvalId">The request.</param>
    /// <param name="approve">Whether to agree.</param>
    /// <param name="reason">Why; required, for the audit trail.</param>
    /// <param name="cancellationToken">Gives up waiting.</param>
    /// <exception cref="BrokerRefusedException">
    /// <c>OPERATOR_ROLE_REQUIRED</c> for who is in none of the groups, <c>POLICY_DENIED</c> for who asked for it themselves,
    /// <c>APPROVAL_LAPSED</c> where it is decided, used or too late.
    /// </exception>
    public async Task<ApprovalRequest> DecideAsync(string approvalId, bool approve, string reason, CancellationToken cancellationToken = default)
    {
        var request = new Wire.DecideRequest { ApprovalId = approvalId, Approve = approve, Reason = reason };
        return (await _calls.CallAsync(_calls.Connection.Approvals.DecideAsync, request, cancellationToken)).Approval.ToApproval();
    }

    /// <summary>
    /// The pending requests, then each as it comes and changes. Lost connections and brokers that restart are bridged for up to two
    /// minutes; after that the pending ones may be told again.
    /// </summary>
    public async IAsyncEnumerable<ApprovalRequest> WatchAsync([EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        await using var watch = new ReopenedStream<Wire.WatchApprovalsResponse>(
            _calls, token => _calls.OpenAsync(_calls.Connection.Approvals.WatchApprovals, new Wire.WatchApprovalsRequest(), token));
        while (true) yield return (await watch.NextAsync(cancellationToken)).Approval.ToApproval();
    }
}
