namespace CredBroker.Client;

/// <summary>The broker's record of one credential. It never holds the credential.</summary>
/// <param name="Id">The lease's id, <c>lse_…</c>.</param>
/// <param name="TaskId">The task that it belongs to.</param>
/// <param name="Template">The template that it was issued from.</param>
/// <param name="Target">What it opens.</param>
/// <param name="Capabilities">What was granted.</param>
/// <param name="State">Where it stands.</param>
/// <param name="EndReason">Why it ended.</param>
/// <param name="IssuedAt">When it was issued.</param>
/// <param name="ExpiresAt">When it dies unless renewed.</param>
/// <param name="MaxExpiresAt">When it dies, renewed or not.</param>
/// <param name="Renewable">Whether it can be renewed.</param>
/// <param name="Revocability">How far a revocation reaches.</param>
/// <param name="ConfirmedAt">When its end was confirmed; null while it lives or is pending.</param>
/// <param name="Workload">The attested subject that it was issued to.</param>
/// <param name="Backend">The backend that minted the credential.</param>
/// <param name="PolicyVersion">The version of the policy that said yes.</param>
public sealed record LeaseInfo(
    string Id,
    string TaskId,
    string Template,
    string Target,
    IReadOnlyList<Capability> Capabilities,
    LeaseState State,
    EndReason EndReason,
    DateTimeOffset IssuedAt,
    DateTimeOffset ExpiresAt,
    DateTimeOffset MaxExpiresAt,
    bool Renewable,
    Revocability Revocability,
    DateTimeOffset? ConfirmedAt,
    string Workload,
    string Backend,
    string PolicyVersion);
