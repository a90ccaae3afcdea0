using CredBroker.Policy;

namespace CredBroker.Issuance;

/// <summary>What has been decided about a lease that is to live longer.</summary>
/// <param name="Ttl">How much longer, from now.</param>
/// <param name="Decision">What policy said.</param>
/// <param name="Facts">What it was decided by, for the audit trail.</param>
public sealed record RenewalPlan(TimeSpan Ttl, PolicyDecision Decision, IReadOnlyDictionary<string, string> Facts);
