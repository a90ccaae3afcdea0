namespace CredBroker.Revocation;

/// <summary>One dead lease, as verifiers hear of it.</summary>
/// <param name="LeaseId">The lease.</param>
/// <param name="ExpiresAt">When its last token would have expired; it can be forgotten then.</param>
/// <param name="Reason">Why it ended.</param>
/// <param name="AudienceHash">The label of its audience (<see cref="LeaseLabel"/>), or null where it has none.</param>
public sealed record RevocationEvent(LeaseId LeaseId, DateTimeOffset ExpiresAt, EndReason Reason, string? AudienceHash);
