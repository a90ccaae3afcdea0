namespace CredBroker.Approvals;

/// <summary>Where what was asked for stands with people.</summary>
/// <param name="Request">What they were asked.</param>
/// <param name="MayUse">Whether it may be gone on with; the store says so in the very script that uses it. Else it waits.</param>
public sealed record ApprovalStanding(ApprovalRequest Request, bool MayUse);
