namespace CredBroker.Client.Operators;

/// <summary>What one person has said.</summary>
/// <param name="Principal">Who.</param>
/// <param name="Approve">Whether they agree.</param>
/// <param name="Reason">Why, in their words.</param>
/// <param name="DecidedAt">When, by the broker's clock.</param>
public sealed record ApprovalDecision(string Principal, bool Approve, string Reason, DateTimeOffset DecidedAt);
