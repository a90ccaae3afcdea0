using CredBroker.Backends;
using CredBroker.Leases;
using CredBroker.Policy;
using CredBroker.Templates;

namespace CredBroker.Issuance;

/// <summary>What has been decided and will be recorded.</summary>
/// <param name="Terms">The terms of the lease.</param>
/// <param name="Ttl">How long it lives unless renewed.</param>
/// <param name="MaxTtl">How long it lives at the most.</param>
/// <param name="Template">The template.</param>
/// <param name="Backend">What mints it.</param>
/// <param name="Decision">What policy said.</param>
/// <param name="Facts">What it was decided by, for the audit trail.</param>
public sealed record IssuePlan(
    LeaseTerms Terms,
    TimeSpan Ttl,
    TimeSpan MaxTtl,
    Template Template,
    ICredentialBackend Backend,
    PolicyDecision Decision,
    IReadOnlyDictionary<string, string> Facts)
{
    /// <summary>Who has to agree before it may be carried out; none = nobody.</summary>
    public IReadOnlyList<ApprovalNeed> Needs { get; init; } = [];

    /// <summary>The lease of the first request, where policy says yes only because this is a retry of that; null = it is not.</summary>
    public LeaseId? RetryOf { get; init; }

    /// <summary>Digest of what people have agreed to; empty = nobody had to.</summary>
    public string ApprovedAction { get; init; } = "";
}
