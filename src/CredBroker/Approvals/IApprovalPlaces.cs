namespace CredBroker.Approvals;

/// <summary>
/// Places of a workload's requests, over all its tasks: one is taken before a request is recorded, and is free again once the request is
/// used, or would be forgotten. So it may count too many for a while, and never lets too many be asked. Every call refuses with
/// <see cref="ErrorReason.StoreUnavailable"/> where the store does not answer.
/// </summary>
public interface IApprovalPlaces
{
    /// <summary>Takes a place, once for each request; false where the workload has no more of them.</summary>
    Task<bool> TakeAsync(ApprovalRequest request, CancellationToken cancellationToken);

    /// <summary>Gives a place back.</summary>
    Task ReturnAsync(ApprovalRequest request, CancellationToken cancellationToken);
}
