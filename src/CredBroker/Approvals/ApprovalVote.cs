namespace CredBroker.Approvals;

/// <summary>What one person has said.</summary>
/// <param name="By">The operator's principal.</param>
/// <param name="Agrees">Whether they agree.</param>
/// <param name="Reason">Why, in their words.</param>
/// <param name="At">When.</param>
/// <param name="Generation">The request's generation with it.</param>
public sealed record ApprovalVote(string By, bool Agrees, string Reason, DateTimeOffset At, long Generation);
