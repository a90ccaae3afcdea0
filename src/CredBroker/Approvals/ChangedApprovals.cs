namespace CredBroker.Approvals;

/// <summary>What has changed.</summary>
/// <param name="AsOf">The store's time before it was read: what changes later is told the next time.</param>
/// <param name="Ids">The requests.</param>
public sealed record ChangedApprovals(DateTimeOffset AsOf, IReadOnlyList<ApprovalId> Ids);
