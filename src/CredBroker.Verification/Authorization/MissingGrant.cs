namespace CredBroker.Verification.Authorization;

/// <summary>What the request lacked, for the 403 to name.</summary>
internal sealed record MissingGrant(GrantRequirement Requirement);
