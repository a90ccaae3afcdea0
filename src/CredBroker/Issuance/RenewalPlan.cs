using CredBroker.Policy;

namespace CredBroker.Issuance;

/// <summary>What has been decided about a lease that is to live longer.</summary>
/// <param name="Ttl">How much longer, from now.</param>
/// <param name="Decision">What policy said.</param>
public sealed record RenewalPlan(TimeSpan Ttl, PolicyDecision Decision);
