namespace CredBroker.Client;

/// <summary>One lease in a <see cref="TaskReceipt"/>.</summary>
/// <param name="LeaseId">The lease.</param>
/// <param name="Template">The template that it was issued from.</param>
/// <param name="State">Where it stands.</param>
/// <param name="Revocability">How far its revocation reaches.</param>
/// <param name="ConfirmedAt">When its end was confirmed; null while pending.</param>
public sealed record LeaseReceipt(string LeaseId, string Template, LeaseState State, Revocability Revocability, DateTimeOffset? ConfirmedAt);
