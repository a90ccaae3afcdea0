using CredBroker.Leases;
using CredBroker.Policy;

namespace CredBroker.Issuance;

/// <summary>A live lease that was held against what is in force.</summary>
/// <param name="Lease">The lease.</param>
/// <param name="Standing">How it stands.</param>
/// <param name="Decision">What policy said; null where it was not asked.</param>
/// <param name="Reason">Why it does not stand, for people; empty where it does.</param>
public sealed record ReviewedLease(Lease Lease, LeaseStanding Standing, PolicyDecision? Decision, string Reason);
